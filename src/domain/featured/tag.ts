import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { hashtagFrom } from '../../text/tokens.ts'
import type { Account, LocalAccount } from '../accounts/account.ts'
import { lockAccount } from '../accounts/store.ts'
import type { World } from '../world.ts'
import { countFeaturedTags, type FeaturedTag } from './find.ts'
import { deleteTag, insertTag, replaceTags } from './store.ts'

/** As many as Mastodon allows. */
export const MOST_TAGS = 10

/** Shows a hashtag on one's profile, with or without its `#`; doing so again changes nothing. */
export async function featureTag(world: World, account: LocalAccount, written: string): Promise<void> {
  const tag = hashtagFrom(written) ?? refuse('tag.invalid')
  await transact(world.db, async (tx) => {
    await lockAccount(tx, account.id)
    if (!(await insertTag(tx, account.id, { ...tag, url: null }, world.clock.now()))) return
    if ((await countFeaturedTags(tx, account.id)) > MOST_TAGS) refuse('tag.too-many', { most: MOST_TAGS })
    await record(world, tx, { type: 'tag.featured', accountId: account.id, ...tag })
  })
}

export async function unfeatureTag(world: World, account: LocalAccount, written: string): Promise<void> {
  const { name } = hashtagFrom(written) ?? refuse('tag.invalid')
  await transact(world.db, async (tx) => {
    const displayName = await deleteTag(tx, account.id, name)
    if (displayName === undefined) refuse('tag.invalid')
    await record(world, tx, { type: 'tag.unfeatured', accountId: account.id, name, displayName })
  })
}

/** Somebody elsewhere features a hashtag, or does so no longer. */
export async function receiveFeaturedTag(
  world: World,
  account: Account,
  tag: FeaturedTag,
  featured: boolean,
): Promise<void> {
  await transact(world.db, async (tx) => {
    await lockAccount(tx, account.id)
    if (!featured) await deleteTag(tx, account.id, tag.name)
    else if ((await countFeaturedTags(tx, account.id)) < MOST_TAGS)
      await insertTag(tx, account.id, tag, world.clock.now())
  })
}

/** The hashtags that somebody elsewhere features, as their own list has them. */
export async function receiveFeaturedTags(
  world: World,
  account: Account,
  tags: readonly FeaturedTag[],
): Promise<void> {
  await transact(world.db, async (tx) => {
    await lockAccount(tx, account.id)
    await replaceTags(tx, account.id, tags.slice(0, MOST_TAGS), world.clock.now())
  })
}

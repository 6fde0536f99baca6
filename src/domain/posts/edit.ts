import type { AccountId, PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { Account, LocalAccount } from '../accounts/account.ts'
import { findAccountsByUris } from '../accounts/find.ts'
import type { World } from '../world.ts'
import { compose } from './compose.ts'
import { findVisible, type KnownPost, mentionedIn } from './find.ts'
import type { Incoming } from './post.ts'
import {
  deleteHashtags,
  deleteMentionsExcept,
  insertHashtags,
  insertMentions,
  lockPost,
  type Revision,
  revisePost,
} from './store.ts'

export interface Edit {
  readonly text: string
  readonly summary?: string
  readonly sensitive?: boolean
  readonly language?: string
}

/** Lets a post of ours say something else; what it said before stays readable as its history. */
export async function editPost(world: World, author: LocalAccount, id: PostId, edit: Edit): Promise<void> {
  const post = await findVisible(world.db, id, { accountId: author.id })
  if (!post) refuse('post.not-found')
  if (post.accountId !== author.id) refuse('post.not-yours')
  const summary = edit.summary?.trim() ?? post.summary
  const composed = await compose(world, edit.text, summary)

  await transact(world.db, async (tx) => {
    const current = await lockPost(tx, post.uri)
    if (!current) refuse('post.not-found')
    await apply(world, tx, current, {
      revision: {
        contentHtml: composed.contentHtml,
        source: composed.source,
        summary,
        sensitive: edit.sensitive ?? current.sensitive,
        language: edit.language ?? current.language,
      },
      mentions: composed.mentions,
      hashtags: composed.hashtags,
      at: world.clock.now(),
    })
  })
}

export type EditOutcome = 'edited' | 'unknown' | 'older'

/**
 * An Update from elsewhere, already known to come from the post's own author. Only a newer one changes anything,
 * and whom the post is for never changes.
 */
export async function receiveEdit(world: World, author: Account, incoming: Incoming): Promise<EditOutcome> {
  const mentioned = await findAccountsByUris(world.db, incoming.mentionUris)
  return transact(world.db, async (tx) => {
    const post = await lockPost(tx, incoming.uri)
    if (!post) return 'unknown'
    if (post.accountId !== author.id) refuse('post.not-yours')
    // Without a date it may only change counts, which are not ours to believe.
    const { updatedAt } = incoming
    if (!updatedAt || updatedAt <= (post.editedAt ?? post.publishedAt)) return 'older'
    await apply(world, tx, post, {
      revision: incoming,
      mentions: [...mentioned.values()],
      hashtags: incoming.hashtags,
      at: new Date(Math.min(updatedAt.getTime(), world.clock.now().getTime())),
    })
    return 'edited'
  })
}

interface Change {
  readonly revision: Revision
  readonly mentions: readonly Account[]
  readonly hashtags: Incoming['hashtags']
  readonly at: Date
}

async function apply(world: World, tx: Tx, post: KnownPost, change: Change): Promise<void> {
  const before = await mentionedIn(tx, post.id)
  await revisePost(tx, post, change.revision, change.at)
  await deleteMentionsExcept(tx, post.id, keptMentions(post, before, change.mentions))
  await insertMentions(
    tx,
    change.mentions.map((account) => ({ postId: post.id, accountId: account.id })),
  )
  await deleteHashtags(tx, post.id)
  await insertHashtags(
    tx,
    change.hashtags.map((tag) => ({ postId: post.id, ...tag })),
  )
  await record(world, tx, {
    type: 'post.edited',
    postId: post.id,
    authorId: post.accountId,
    local: post.local,
    formerlyMentioned: before,
  })
}

/** Whoever could read a private post because it named them keeps that right; in an open one a name may go. */
function keptMentions(
  post: KnownPost,
  before: readonly AccountId[],
  now: readonly Account[],
): readonly AccountId[] {
  const isPrivate = post.visibility === 'followers' || post.visibility === 'direct'
  const named = now.map((account) => account.id)
  return isPrivate || post.inReplyToId !== null ? [...new Set([...before, ...named])] : named
}

import type { AccountId, AttachmentId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { Account } from '../accounts/account.ts'
import { keepEmojis } from '../emojis/keep.ts'
import { checkMedia, keepAttachments, replaceAttachments, replaceFiles } from '../media/keep.ts'
import { editPoll, keepPolls, receivePollEdit, receiveTallies } from '../polls/keep.ts'
import { type DraftPoll, newPollFrom } from '../polls/poll.ts'
import { keepCarried, replaceCarried } from '../previews/carry.ts'
import type { World } from '../world.ts'
import type { KnownPost } from './find.ts'
import type { Held } from './held.ts'
import { insertFormer } from './held-store.ts'
import type { PostParts } from './parts-find.ts'

interface Holder {
  readonly id: PostId
  readonly accountId: AccountId
  /** the part after @ in its author's handle */
  readonly host: string | null
  readonly holds: Held
}

/** Stores what new posts from elsewhere hold beside their words; no query for what none of them holds. */
export async function keepHeld(
  world: Pick<World, 'ids' | 'clock'>,
  tx: Tx,
  posts: readonly Holder[],
): Promise<void> {
  await keepAttachments(world, tx, posts)
  await keepPolls(world, tx, posts)
  await keepCarried(tx, posts)
  await keepEmojis(
    world,
    tx,
    posts.map(({ host, holds }) => ({ host, emojis: holds.emojis })),
  )
  await insertFormer(
    tx,
    posts.flatMap(({ id, holds }) => holds.former.map((version) => ({ ...version, postId: id }))),
  )
}

/** A post that was edited elsewhere, with what hung on it before. */
export interface EditedHolder {
  readonly post: KnownPost
  readonly parts: PostParts
  readonly holds: Held
}

/** Lets edited posts from elsewhere show the files that they show now, once what they showed stands in their history. */
export async function replaceFilesAfar(
  world: Pick<World, 'ids'>,
  tx: Tx,
  edited: readonly EditedHolder[],
): Promise<void> {
  await replaceAttachments(
    world,
    tx,
    edited.map(({ post, holds }) => ({ id: post.id, accountId: post.accountId, holds })),
    edited.flatMap(({ post, parts }) => (parts.hasAttachments ? [post.id] : [])),
  )
}

/** Lets an edited post from elsewhere hold what it holds now beside files; its history has what it held before. */
export async function replaceHeld(
  world: Pick<World, 'ids' | 'clock'>,
  tx: Tx,
  post: KnownPost,
  parts: PostParts,
  author: Account,
  holds: Held,
): Promise<void> {
  if (parts.hasPoll || holds.poll) await receivePollEdit(world, tx, post.id, holds.poll)
  if (parts.hasPreview || holds.card) await replaceCarried(tx, post.id, holds.card)
  await keepEmojis(world, tx, [{ host: author.host, emojis: holds.emojis }])
  await insertFormer(
    tx,
    holds.former.map((version) => ({ ...version, postId: post.id })),
  )
}

/** Lets an edited post of ours hold what its author wants; what an edit does not speak of stays. */
export async function changeHeld(
  world: Pick<World, 'limits' | 'clock'>,
  tx: Tx,
  post: KnownPost,
  edit: { readonly mediaIds?: readonly AttachmentId[]; readonly poll?: DraftPoll | null },
): Promise<void> {
  if (edit.mediaIds) {
    checkMedia(edit.mediaIds)
    await replaceFiles(tx, post.accountId, post.id, edit.mediaIds)
  }
  if (edit.poll === undefined) return
  const poll = edit.poll === null ? undefined : newPollFrom(edit.poll, world.limits, world.clock.now())
  await editPoll(tx, post.id, poll)
}

/** An Update that is no edit may still bring the tallies of a poll. */
export async function receiveCounts(
  world: Pick<World, 'clock'>,
  tx: Tx,
  post: KnownPost,
  holds: Held,
): Promise<boolean> {
  return holds.poll !== null && receiveTallies(world, tx, post.id, holds.poll)
}

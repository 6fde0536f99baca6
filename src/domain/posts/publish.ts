import type { PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { isOpen } from '../../base/visibility.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { Account, LocalAccount } from '../accounts/account.ts'
import { findAccountsByIds } from '../accounts/find.ts'
import { countPosts } from '../accounts/store.ts'
import { attachFiles, checkMedia } from '../media/keep.ts'
import { beginPoll } from '../polls/keep.ts'
import { newPollFrom } from '../polls/poll.ts'
import { enterOwn } from '../timelines/fan-out.ts'
import type { World } from '../world.ts'
import { findOriginal } from './boost-find.ts'
import { compose, translationsOf } from './compose.ts'
import type { KnownPost } from './find.ts'
import { groupOf } from './group.ts'
import { askLeave, attachOwnQuote, leaveFor, policyOf } from './leave.ts'
import type { Draft, NewPost } from './post.ts'
import { countReplies, insertHashtags, insertMentions, insertPost } from './store.ts'

/** The one door through which a local post enters, whichever face it came by. */
export async function publishPost(world: World, author: LocalAccount, draft: Draft): Promise<PostId> {
  const { db, ids, uris, clock } = world
  if (author.suspended) refuse('account.suspended')
  if (author.movedToUri !== null) refuse('account.moved')
  const summary = draft.summary?.trim() ?? ''
  const parent = draft.replyTo && (await findOriginal(db, draft.replyTo, { accountId: author.id }))
  if (draft.replyTo && !parent) refuse('post.parent-not-found')
  const leave = await leaveFor(world, author, draft, parent || undefined)
  const mediaIds = draft.mediaIds ?? []
  checkMedia(mediaIds)
  const poll = draft.poll && newPollFrom(draft.poll, world.limits, clock.now())
  const composed = await compose(world, draft.text, summary, mediaIds.length > 0)

  const mentions = await addressees(world, author, composed.mentions, parent || undefined)
  const id = ids.next<PostId>()
  const post: NewPost = {
    ...composed,
    id,
    uri: uris.post(id),
    url: uris.postPage(author.name, id),
    author,
    visibility: draft.visibility,
    inReplyTo: parent || undefined,
    conversationId: parent ? parent.conversationId : id,
    audience: parent ? parent.audienceUri : null,
    summary,
    sensitive: draft.sensitive ?? summary !== '',
    language: draft.language ?? null,
    poll,
    contentMap: await translationsOf(world, draft, composed),
    publishedAt: clock.now(),
    held: leave.held,
    policy: await policyOf(
      world,
      author,
      draft,
      mentions.map(({ uri }) => uri),
    ),
    mentions,
  }

  return transact(db, async (tx) => {
    await insertPost(tx, post)
    await insertMentions(
      tx,
      post.mentions.map((account) => ({ postId: id, accountId: account.id })),
    )
    await insertHashtags(
      tx,
      post.hashtags.map((tag) => ({ postId: id, ...tag })),
    )
    await attachFiles(tx, author.id, id, mediaIds)
    if (poll) await beginPoll(tx, id, poll)
    await attachOwnQuote(world, tx, post, leave)
    if (isOpen(post.visibility) && !post.held) {
      await countPosts(tx, [{ accountId: author.id, by: 1, lastPostAt: post.publishedAt }])
      if (parent) await countReplies(tx, [{ postId: parent.id, by: 1 }])
    }
    const ourParentId = parent?.local ? parent.id : null
    if (post.held) await enterOwn(tx, id, author.id)
    else await record(world, tx, { type: 'post.published', postId: id, authorId: author.id, ourParentId })
    await askLeave(world, tx, post, leave)
    return id
  })
}

/** Whoever is named, and who must hear of it even when not: the author of what it answers, and the group that was in. */
async function addressees(
  world: World,
  author: Account,
  mentioned: readonly Account[],
  parent: KnownPost | undefined,
): Promise<readonly Account[]> {
  if (!parent) return mentioned
  const parentAuthor = (await findAccountsByIds(world.db, [parent.accountId])).get(parent.accountId)
  const heard = [parentAuthor, await groupOf(world, parent)].filter((account) => account !== undefined)
  const others = heard.filter((account) => account.id !== author.id)
  const all = new Map([...mentioned, ...others].map((account) => [account.id, account]))
  return [...all.values()]
}

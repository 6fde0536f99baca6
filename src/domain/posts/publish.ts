import type { PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { isOpen } from '../../base/visibility.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { Account, LocalAccount } from '../accounts/account.ts'
import { findAccountsByIds } from '../accounts/find.ts'
import { countPosts } from '../accounts/store.ts'
import type { World } from '../world.ts'
import { compose } from './compose.ts'
import { findVisible, type KnownPost } from './find.ts'
import type { Draft, NewPost } from './post.ts'
import { countReplies, insertHashtags, insertMentions, insertPost } from './store.ts'

/** The one door through which a local post enters, whichever face it came by. */
export async function publishPost(world: World, author: LocalAccount, draft: Draft): Promise<PostId> {
  const { db, ids, uris, clock } = world
  const summary = draft.summary?.trim() ?? ''
  const parent = draft.replyTo && (await findVisible(db, draft.replyTo, { accountId: author.id }))
  if (draft.replyTo && !parent) refuse('post.parent-not-found')
  const composed = await compose(world, draft.text, summary)

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
    summary,
    sensitive: draft.sensitive ?? summary !== '',
    language: draft.language ?? null,
    publishedAt: clock.now(),
    mentions: await addressees(world, author, composed.mentions, parent || undefined),
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
    if (isOpen(post.visibility)) {
      await countPosts(tx, [{ accountId: author.id, by: 1, lastPostAt: post.publishedAt }])
      if (parent) await countReplies(tx, [{ postId: parent.id, by: 1 }])
    }
    await record(world, tx, {
      type: 'post.published',
      postId: id,
      authorId: author.id,
      ourParentId: parent?.local ? parent.id : null,
    })
    return id
  })
}

/** Whoever is named, and the author of what it answers, who must hear of it even when not named. */
async function addressees(
  world: World,
  author: Account,
  mentioned: readonly Account[],
  parent: KnownPost | undefined,
): Promise<readonly Account[]> {
  if (!parent || parent.accountId === author.id) return mentioned
  if (mentioned.some((account) => account.id === parent.accountId)) return mentioned
  const parentAuthor = (await findAccountsByIds(world.db, [parent.accountId])).get(parent.accountId)
  return parentAuthor ? [...mentioned, parentAuthor] : mentioned
}

import type { AccountId, ActivityId, PostId } from '../../base/ids.ts'
import { isOpen } from '../../base/visibility.ts'
import type { Tx } from '../../db/transact.ts'
import { relayInboxes } from '../../domain/relays/find.ts'
import type { FactOf } from '../../facts/facts.ts'
import { createFrom, deleteFrom, updateFrom } from '../../translate/to-activity/activities.ts'
import { viewPost } from '../../views/posts.ts'
import type { Sayers, Saying, SayingParts } from './saying.ts'

/** Create, Update and Delete of our posts. */
export const sayPosts: Sayers = {
  'post.published': (parts, tx, fact) => sayPost(parts, tx, fact.postId, fact.authorId, createFrom, []),
  'post.edited': async (parts, tx, fact) =>
    fact.local
      ? sayPost(parts, tx, fact.postId, fact.authorId, updateFrom, fact.formerlyMentioned)
      : undefined,
  'post.removed': async (parts, _tx, fact) =>
    fact.local && !fact.withAuthor ? sayRemoved(parts, fact) : undefined,
}

async function sayPost(
  parts: SayingParts,
  tx: Tx,
  postId: PostId,
  authorId: AccountId,
  write: typeof createFrom,
  alsoTo: readonly AccountId[],
): Promise<Saying | undefined> {
  const post = await viewPost(tx, postId, { accountId: authorId })
  if (!post) return undefined
  const id = parts.ids.next<ActivityId>()
  const mentioned = post.mentions.map((mention) => mention.id)
  return {
    id,
    accountId: authorId,
    json: write(id, post, parts.uris),
    postId,
    public: isOpen(post.visibility),
    subject: postId,
    recipients: {
      accountIds: [...new Set([...mentioned, ...alsoTo])],
      ...(post.visibility === 'direct' ? {} : { followersOf: authorId }),
      // Whoever got what everyone may read hears what it says now; of a private post only who may still read it.
      ...(write === updateFrom && isOpen(post.visibility) ? { reachOf: postId } : {}),
      ...(post.visibility === 'public' ? { inboxIds: await relayInboxes(tx) } : {}),
    },
  }
}

function sayRemoved(parts: SayingParts, fact: FactOf<'post.removed'>): Saying {
  const id = parts.ids.next<ActivityId>()
  const post = { uri: fact.uri, authorUri: parts.uris.actor(fact.authorId), deletedAt: parts.clock.now() }
  return {
    id,
    accountId: fact.authorId,
    json: deleteFrom(id, post, parts.uris),
    public: isOpen(fact.visibility),
    subject: fact.postId,
    recipients: {
      accountIds: fact.mentioned,
      ...(fact.visibility === 'direct' ? {} : { followersOf: fact.authorId }),
      reachOf: fact.postId,
    },
  }
}

import type { PostId } from '../base/ids.ts'
import type { Uris } from '../base/uris.ts'
import { notifyList } from '../db/notify.ts'
import type { Fact } from '../facts/facts.ts'
import type { Effect } from '../facts/record.ts'

/** Says, once the transaction commits, which public documents no longer hold; every process drops those it keeps. */
export function documents(uris: Uris): Effect {
  return async (tx, facts) => {
    const stale = new Set(facts.flatMap((fact) => staleAfter(uris, fact)))
    const paths = [...stale].map((uri) => uri.slice(uris.origin.length))
    if (paths.length > 0) await notifyList(tx, 'documents', paths)
  }
}

function staleAfter(uris: Uris, fact: Fact): string[] {
  switch (fact.type) {
    case 'account.registered':
    case 'account.updated':
    case 'account.verified':
    case 'account.moved':
    case 'account.deleted':
      return [uris.actor(fact.accountId), `${uris.origin}/.well-known/webfinger`, `${uris.origin}/nodeinfo`]
    case 'account.restricted':
      return [`${uris.origin}/restricted/${fact.accountId}`]
    case 'post.published':
      return [uris.actor(fact.authorId), ...parentOf(uris, fact.ourParentId)]
    case 'post.pinned':
    case 'post.unpinned':
      return [uris.actor(fact.authorId)]
    case 'collection.made':
    case 'tag.featured':
    case 'tag.unfeatured':
      return [uris.actor(fact.accountId)]
    case 'collection.removed':
    case 'collection.changed':
      return [uris.actor(fact.accountId), uris.collection(fact.collectionId)]
    case 'member.added':
    case 'member.removed':
      return [uris.collection(fact.collectionId)]
    case 'post.received':
      return parentOf(uris, fact.ourParentId)
    case 'quote.settled':
      return fact.local && !fact.newPost ? [uris.post(fact.postId)] : []
    case 'policy.changed':
      return [uris.post(fact.postId)]
    case 'interaction.revoked':
      return fact.stampUri !== null && uris.isOurs(fact.stampUri) ? [fact.stampUri] : []
    case 'post.edited':
      return fact.local ? [uris.post(fact.postId), uris.actor(fact.authorId)] : []
    case 'post.removed':
      return [
        ...(fact.local ? [uris.post(fact.postId), uris.actor(fact.authorId)] : []),
        ...parentOf(uris, fact.ourParentId),
      ]
    case 'poll.voted':
    case 'poll.closed':
      return fact.local ? [uris.post(fact.postId)] : []
    case 'follow.accepted':
    case 'follow.rejected':
    case 'follow.undone':
    case 'follow.severed':
      return [
        ...(fact.followedLocal ? [uris.actor(fact.followedId)] : []),
        ...(fact.followerLocal ? [uris.actor(fact.followerId)] : []),
      ]
    case 'reaction.added':
    case 'reaction.removed':
      return fact.authorLocal ? [uris.post(fact.postId)] : []
    case 'boost.added':
    case 'boost.removed':
      return [
        ...(fact.authorLocal ? [uris.post(fact.postId)] : []),
        ...(fact.accountLocal ? [uris.actor(fact.accountId), fact.uri] : []),
      ]
    default:
      return []
  }
}

/** A reply changes what its parent shows: its count and its first replies. */
function parentOf(uris: Uris, parentId: PostId | null): string[] {
  return parentId === null ? [] : [uris.post(parentId)]
}

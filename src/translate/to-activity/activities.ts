import type { ActivityId } from '../../base/ids.ts'
import { PUBLIC, type Uris } from '../../base/uris.ts'
import type { AccountView, SpokenPost } from '../../views/view.ts'
import type { JsonObject } from '../json.ts'
import { actorObject } from './actor.ts'
import { actorContext, plainContext } from './context.ts'
import { noteContextOf } from './extension.ts'
import { addressesFrom, type FormerSelf, noteObject, tombstoneObject } from './note.ts'

/** A Follow by its parts: ours to send, or a stranger's as they sent it, to be embedded whole in the answer. */
export interface FollowParts {
  /** the Follow's own id */
  readonly uri: string
  readonly followerUri: string
  readonly followedUri: string
}

/** A new post of ours. Addressed exactly as the post in it: Pleroma and Bridgy compare the two. */
export function createFrom(activityId: ActivityId, post: SpokenPost, uris: Uris): JsonObject {
  return postActivity('Create', activityId, post, uris, post.publishedAt)
}

/** An edit of a post of ours; its `updated` is what makes readers take it for one. */
export function updateFrom(activityId: ActivityId, post: SpokenPost, uris: Uris): JsonObject {
  return postActivity('Update', activityId, post, uris, post.editedAt ?? post.publishedAt)
}

function postActivity(
  type: 'Create' | 'Update',
  activityId: ActivityId,
  post: SpokenPost,
  uris: Uris,
  published: Date,
): JsonObject {
  return {
    '@context': noteContextOf(post),
    id: uris.activity(activityId),
    type,
    actor: post.author.uri,
    published: published.toISOString(),
    ...addressesFrom(post, uris),
    object: noteObject(post, uris),
  }
}

/** A post of ours is gone; told to everyone, whoever it was for, since nothing of it is said. */
export function deleteFrom(
  activityId: ActivityId,
  post: {
    readonly uri: string
    readonly authorUri: string
    readonly deletedAt?: Date
    readonly was?: FormerSelf
  },
  uris: Uris,
): JsonObject {
  return {
    '@context': plainContext,
    id: uris.activity(activityId),
    type: 'Delete',
    actor: post.authorUri,
    to: [PUBLIC],
    cc: [],
    object: tombstoneObject(post.uri, post.deletedAt, post.was),
  }
}

/** The follow's own uri is the activity's id. */
export function followFrom(follow: FollowParts): JsonObject {
  return { '@context': plainContext, ...followObject(follow), to: [follow.followedUri], cc: [] }
}

/** The Follow is embedded whole: Threads and Pixelfed take no bare id. */
export function acceptFrom(activityId: ActivityId, follow: FollowParts, uris: Uris): JsonObject {
  return aboutFollow('Accept', uris.activity(activityId), follow.followedUri, follow.followerUri, follow)
}

/** Also what ends a follow that had been accepted. */
export function rejectFrom(activityId: ActivityId, follow: FollowParts, uris: Uris): JsonObject {
  return aboutFollow('Reject', uris.activity(activityId), follow.followedUri, follow.followerUri, follow)
}

export function undoFollowFrom(activityId: ActivityId, follow: FollowParts, uris: Uris): JsonObject {
  return aboutFollow('Undo', uris.activity(activityId), follow.followerUri, follow.followedUri, follow)
}

/** A changed profile, whole, to everyone and to the followers. */
export function actorUpdateFrom(activityId: ActivityId, account: AccountView, uris: Uris): JsonObject {
  return {
    '@context': actorContext,
    id: uris.activity(activityId),
    type: 'Update',
    actor: account.uri,
    published: account.updatedAt.toISOString(),
    to: [PUBLIC],
    cc: [uris.followers(account.id)],
    object: actorObject(account, uris),
  }
}

function aboutFollow(
  type: 'Accept' | 'Reject' | 'Undo',
  id: string,
  actor: string,
  to: string,
  follow: FollowParts,
): JsonObject {
  return { '@context': plainContext, id, type, actor, to: [to], cc: [], object: followObject(follow) }
}

function followObject({ uri, followerUri, followedUri }: FollowParts): JsonObject {
  return { id: uri, type: 'Follow', actor: followerUri, object: followedUri }
}

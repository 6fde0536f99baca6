import type { AccountId, ActivityId } from '../../base/ids.ts'
import { PUBLIC, type Uris } from '../../base/uris.ts'
import type { JsonObject } from '../json.ts'
import { noteContext, plainContext } from './context.ts'

export interface FeatureParts {
  readonly type: 'Add' | 'Remove'
  /** the id of a post, or a Hashtag */
  readonly object: string | JsonObject
}

/** A post or hashtag comes to, or goes from, what an account features: Mastodon tells the two apart by the object. */
export function featureFrom(
  activityId: ActivityId,
  accountId: AccountId,
  { type, object }: FeatureParts,
  uris: Uris,
): JsonObject {
  return {
    '@context': noteContext,
    id: uris.activity(activityId),
    type,
    actor: uris.actor(accountId),
    to: [PUBLIC],
    cc: [uris.followers(accountId)],
    object,
    target: uris.featured(accountId),
  }
}

/** A hashtag that an account features, with the page on which what is said under it can be read. */
export function hashtagObject(
  { name, displayName }: { readonly name: string; readonly displayName: string },
  uris: Uris,
): JsonObject {
  return { type: 'Hashtag', href: uris.tag(name), name: `#${displayName}` }
}

/** An account of ours goes on elsewhere (FEP-7628, sent by the old one). */
export function moveFrom(
  activityId: ActivityId,
  accountId: AccountId,
  targetUri: string,
  uris: Uris,
): JsonObject {
  const actor = uris.actor(accountId)
  return {
    '@context': plainContext,
    id: uris.activity(activityId),
    type: 'Move',
    actor,
    to: [uris.followers(accountId)],
    cc: [],
    object: actor,
    target: targetUri,
  }
}

/** An account of ours is gone, with all that it ever said. */
export function actorDeleteFrom(activityId: ActivityId, accountId: AccountId, uris: Uris): JsonObject {
  const actor = uris.actor(accountId)
  return {
    '@context': plainContext,
    id: uris.activity(activityId),
    type: 'Delete',
    actor,
    to: [PUBLIC],
    cc: [],
    object: actor,
  }
}

import type { RelationshipView } from '../../views/standings.ts'
import { dateWord } from './words.ts'

export interface MastodonRelationship {
  readonly id: string
  readonly following: boolean
  readonly showing_reblogs: boolean
  readonly notifying: boolean
  readonly languages: readonly string[] | null
  readonly followed_by: boolean
  readonly blocking: boolean
  readonly blocked_by: boolean
  readonly muting: boolean
  readonly muting_notifications: boolean
  readonly muting_expires_at: string | null
  readonly requested: boolean
  readonly requested_by: boolean
  readonly domain_blocking: boolean
  readonly endorsed: boolean
  readonly note: string
}

/** All that apps want to know of two accounts. */
export function relationshipFrom(view: RelationshipView): MastodonRelationship {
  return {
    id: view.id,
    following: view.following,
    showing_reblogs: view.boosts,
    notifying: view.tells,
    languages: view.languages,
    followed_by: view.followedBy,
    blocking: view.blocking,
    blocked_by: view.blockedBy,
    muting: view.muting,
    muting_notifications: view.mutingNotifications,
    muting_expires_at: view.mutingUntil === null ? null : dateWord(view.mutingUntil),
    requested: view.requested,
    requested_by: view.requestedBy,
    domain_blocking: view.blockingDomain,
    endorsed: view.endorsing,
    note: view.remark,
  }
}

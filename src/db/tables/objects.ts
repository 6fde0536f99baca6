import type { Generated } from 'kysely'
import type { AccountId, ActivityId, ObjectId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'

export interface ObjectTable {
  id: ObjectId
  account_id: AccountId
  /** its first ActivityStreams type */
  kind: string
  visibility: Visibility
  body: string
  published_at: Date
  edited_at: Date | null
}

export interface ObjectEditTable {
  object_id: ObjectId
  version: number
  body: string
  created_at: Date
}

export interface ObjectRecipientTable {
  object_id: ObjectId
  account_id: AccountId
  /** may read it, and nobody may know */
  blind: Generated<boolean>
}

/** Somebody likes it, or shares it. */
export interface ObjectReactionTable {
  /** that of the activity */
  id: ActivityId
  object_id: ObjectId
  account_id: AccountId
  kind: 'like' | 'announce'
  uri: string
}

export interface ActivityRecipientTable {
  activity_id: ActivityId
  account_id: AccountId
  blind: Generated<boolean>
}

/** A request of an app that was carried out, so that the same one again has the same answer. */
export interface IdempotencyKeyTable {
  account_id: AccountId
  client_id: string
  key: string
  body_hash: string
  activity_id: ActivityId
  created_at: Date
}

import type { AccountId, ActivityId, CollectionId, CollectionItemId, ObjectId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'

export interface CollectionTable {
  id: CollectionId
  account_id: AccountId
  ordered: boolean
  visibility: Visibility
  body: string
  created_at: Date
  updated_at: Date | null
  deleted_at: Date | null
}

export interface CollectionRecipientTable {
  collection_id: CollectionId
  account_id: AccountId
  blind: boolean
}

export interface CollectionItemTable {
  collection_id: CollectionId
  id: CollectionItemId
  uri: string
  /** what is no post but made here */
  object_id: ObjectId | null
  added_at: Date
}

export interface UndoneActivityTable {
  activity_id: ActivityId
  account_id: AccountId
  /** the Undo */
  by_id: ActivityId
  created_at: Date
}

import type { AccountId, ActivityId, ObjectId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'

/** What somebody here made that is no post, as it is kept. */
export interface KnownObject {
  readonly id: ObjectId
  readonly accountId: AccountId
  /** as ActivityStreams calls it, or its maker does */
  readonly kind: string
  readonly visibility: Visibility
  /** the JSON that is served at its id */
  readonly body: string
  readonly publishedAt: Date
  readonly editedAt: Date | null
}

/** Somebody here likes an object, or shares it. */
export interface ObjectReaction {
  readonly id: ActivityId
  readonly objectId: ObjectId
  readonly accountId: AccountId
  readonly kind: 'like' | 'announce'
  readonly uri: string
}

/** Whom an object is for, one by one. */
export interface ObjectReaders {
  readonly namedIds: readonly AccountId[]
  /** those of whom nobody may know */
  readonly blindIds: readonly AccountId[]
}

/** The longest name of a type that is kept beside it. */
export const LONGEST_KIND = 200

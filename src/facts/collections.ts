import type { AccountId, CollectionId, ObjectId, PostId } from '../base/ids.ts'

/** Something happens to a collection of somebody here. */
export interface CollectionFact<Type extends string> {
  readonly type: Type
  readonly collectionId: CollectionId
  readonly accountId: AccountId
}

/** Something is put into a collection of somebody here, or taken out of it. */
export interface MemberFact<Type extends string> extends CollectionFact<Type> {
  readonly uri: string
  /** of a post that is known here, and of what else is made here */
  readonly postId: PostId | null
  readonly objectId: ObjectId | null
}

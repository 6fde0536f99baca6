import type { PostId } from '../../base/ids.ts'

/** The words of a post, as they are looked up. */
export interface PostSearchTable {
  post_id: PostId
  /** a `tsvector` */
  vector: string
}

import type { AccountId, PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import { statement } from '../../db/statement.ts'
import type { Policy } from '../policies/policy.ts'

/** What hangs on a post, read at once, so that an edit touches only what it changes. */
export interface PostParts {
  /** but for those of whom nobody may know */
  readonly mentioned: readonly AccountId[]
  /** names in lower case */
  readonly hashtags: readonly string[]
  readonly policy: Policy | null
  readonly hasQuote: boolean
  readonly hasPoll: boolean
  readonly hasAttachments: boolean
  readonly hasPreview: boolean
}

const select = statement(
  'posts.parts',
  `SELECT post.id, post.policy,
     ARRAY(SELECT account_id FROM mention WHERE mention.post_id = post.id AND NOT blind) AS mentioned,
     ARRAY(SELECT hashtag.name FROM post_hashtag JOIN hashtag ON hashtag.id = post_hashtag.hashtag_id
       WHERE post_hashtag.post_id = post.id) AS hashtags,
     EXISTS (SELECT 1 FROM quote WHERE quote.post_id = post.id) AS "hasQuote",
     EXISTS (SELECT 1 FROM poll WHERE poll.post_id = post.id) AS "hasPoll",
     EXISTS (SELECT 1 FROM attachment WHERE attachment.post_id = post.id) AS "hasAttachments",
     EXISTS (SELECT 1 FROM post_preview WHERE post_preview.post_id = post.id) AS "hasPreview"
   FROM post WHERE post.id = any($1::bigint[])`,
)

/** Of each of these posts that is there, by its id. */
export async function findParts(db: Db, postIds: readonly PostId[]): Promise<Map<PostId, PostParts>> {
  if (postIds.length === 0) return new Map()
  const rows = await select<PostParts & { readonly id: PostId }>(db, [postIds])
  return new Map(rows.map((row) => [row.id, row]))
}

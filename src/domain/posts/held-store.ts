import { sql } from 'kysely'
import type { PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { FormerVersion } from './held.ts'

/**
 * Adds to the history of posts what their own servers say they were before, but for versions of a time that the
 * history has already.
 */
export async function insertFormer(
  tx: Tx,
  versions: readonly (FormerVersion & { readonly postId: PostId })[],
): Promise<void> {
  for (const version of versions) {
    await sql`
      INSERT INTO post_edit (post_id, version, content_html, source, summary, sensitive, title, attachments,
        poll_options, created_at)
      SELECT ${version.postId}::bigint, coalesce(max(version) + 1, 0), ${version.contentHtml}, ${version.source},
        ${version.summary}, ${version.sensitive}, ${version.title}, ${JSON.stringify(version.attachments)}::jsonb,
        ${version.pollOptions}::text[], ${version.at}
      FROM post_edit WHERE post_id = ${version.postId}::bigint
      HAVING count(*) < 200
        AND count(*) FILTER (WHERE abs(extract(epoch FROM created_at - ${version.at}::timestamptz)) < 1) = 0`.execute(
      tx,
    )
  }
}

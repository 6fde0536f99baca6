import { sql } from 'kysely'
import type { ObjectId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { objectReadableBy, visibleTo } from '../domain/posts/audience.ts'
import type { Viewer } from './view.ts'

/** A post, a person, or what somebody here made, by what it is. */
export interface ThingView {
  readonly of: 'post' | 'person' | 'object'
  readonly uri: string
  /** of what has no address of its own in its row */
  readonly objectId: ObjectId | null
  readonly kind: string
  readonly authorUri: string | null
  readonly publishedAt: Date | null
}

/** Those of these that are known here, and that this reader may see. */
export async function viewThings(
  db: Db,
  { uris, objectIds }: { readonly uris: readonly string[]; readonly objectIds: readonly ObjectId[] },
  viewer: Viewer,
): Promise<readonly ThingView[]> {
  if (uris.length === 0) return []
  const { rows } = await sql<ThingView>`
    SELECT 'post' AS of, post.uri, NULL::bigint AS "objectId", post.kind, author.uri AS "authorUri",
      post.published_at AS "publishedAt"
    FROM post JOIN account AS author ON author.id = post.account_id
    WHERE post.uri = any(${uris}::text[]) AND ${visibleTo(viewer)}
    UNION ALL
    SELECT 'person', account.uri, NULL, account.kind, NULL, NULL FROM account
    WHERE account.uri = any(${uris}::text[]) AND account.suspended_at IS NULL AND account.deleted_at IS NULL
    UNION ALL
    SELECT 'object', '', object.id, object.kind, author.uri, object.published_at
    FROM object JOIN account AS author ON author.id = object.account_id
    WHERE object.id = any(${objectIds}::bigint[]) AND ${objectReadableBy(viewer)}`.execute(db)
  return rows
}

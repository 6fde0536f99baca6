import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'

/** Who is reading: a person here, another server's actor by its signature, or nobody in particular. */
export type Viewer = { readonly accountId: AccountId } | undefined

/** What decides whether a reader may see a post. */
export interface Audience {
  readonly visibility: Visibility
  readonly authorId: AccountId
  readonly mentionedIds: readonly AccountId[]
}

/**
 * The one rule of who may see a post: public and unlisted, everyone; `followers`, the accepted followers and the people
 * mentioned; `direct`, the people mentioned; its author, always. `visibleTo` is the same rule as SQL, and
 * test/domain/posts/audience.test.ts holds the two against each other.
 */
export function maySee(audience: Audience, viewer: Viewer, viewerFollowsAuthor: boolean): boolean {
  if (audience.visibility === 'public' || audience.visibility === 'unlisted') return true
  if (!viewer) return false
  if (viewer.accountId === audience.authorId || audience.mentionedIds.includes(viewer.accountId)) return true
  return audience.visibility === 'followers' && viewerFollowsAuthor
}

/** The rule as a condition on a query that has the table `post` in it, under that name. */
export function visibleTo(viewer: Viewer): RawBuilder<boolean> {
  const open = sql`post.visibility IN ('public', 'unlisted')`
  if (!viewer) return sql<boolean>`(${open})`
  const me = sql`${viewer.accountId}::bigint`
  return sql<boolean>`(${open}
    OR post.account_id = ${me}
    OR EXISTS (SELECT 1 FROM mention WHERE mention.post_id = post.id AND mention.account_id = ${me})
    OR (post.visibility = 'followers' AND EXISTS (
      SELECT 1 FROM follow
      WHERE follow.followed_id = post.account_id AND follow.follower_id = ${me} AND follow.state = 'accepted')))`
}

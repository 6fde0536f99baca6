import type { NotificationId, PostId } from '../../base/ids.ts'
import type { NotificationKind } from '../../db/tables/posts.ts'

/** What can be told together: the same, of the same post, within half a day. */
export type GroupedKind = 'like' | 'boost' | 'follow'

export const GROUPED_KINDS: readonly GroupedKind[] = ['like', 'boost', 'follow']

/** How long one group goes on. */
export const GROUP_MS = 12 * 60 * 60 * 1000

/** Where something that was told belongs: it stands alone, or with others of its span. */
export type Group =
  | { readonly id: NotificationId }
  | { readonly kind: GroupedKind; readonly postId: PostId | null; readonly span: number }

/** @param kinds those that are to be told together */
export function groupOf(
  { id, kind, postId, createdAt }: Noticed,
  kinds: readonly GroupedKind[] = GROUPED_KINDS,
): Group {
  const grouped = kinds.find((each) => each === kind)
  return grouped ? { kind: grouped, postId, span: Math.floor(createdAt.getTime() / GROUP_MS) } : { id }
}

interface Noticed {
  readonly id: NotificationId
  readonly kind: NotificationKind
  readonly postId: PostId | null
  readonly createdAt: Date
}

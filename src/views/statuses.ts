import type { PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { type FilterPosts, filtersOf } from './filters.ts'
import { catchUp } from './shelf.ts'
import type { StatusView } from './status.ts'
import { loadTold } from './told.ts'
import type { Viewer } from './view.ts'

export type { StatusView } from './status.ts'

/**
 * Turns ids into posts with what this reader did to them, in the order given, in a fixed number of queries however many;
 * those that the reader may not see are left out.
 * @param filters false where it is known that the reader has none
 */
export async function viewStatuses(
  db: Db,
  ids: readonly PostId[],
  viewer: Viewer,
  filters = true,
): Promise<StatusView[]> {
  if (ids.length === 0) return []
  await catchUp(db)
  return statusesFrom(db, ids, viewer, filters)
}

/** The same for a caller who has caught up with what has changed, since they were asked for it. */
export async function statusesFrom(
  db: Db,
  ids: readonly PostId[],
  viewer: Viewer,
  filters = true,
): Promise<StatusView[]> {
  const [told, filtered] = await Promise.all([
    loadTold(db, new Set(ids), viewer),
    viewer && filters ? filtersOf(db, viewer.accountId) : undefined,
  ])
  const views = ids.flatMap((id) => told.get(id) ?? [])
  return filtered ? views.map((view) => withFilters(view, filtered)) : views
}

/** What meets none of them stays the same object. */
function withFilters(view: StatusView, filtersOf: FilterPosts): StatusView {
  const boostOf = view.boostOf && withFilters(view.boostOf, filtersOf)
  const quoted = view.quoted && withFilters(view.quoted, filtersOf)
  const filtered = filtersOf(view.post)
  const isSame = filtered.length === 0 && boostOf === view.boostOf && quoted === view.quoted
  return isSame ? view : { ...view, boostOf, quoted, filtered }
}

/** One post, if it is there and this reader may see it. */
export async function viewStatus(db: Db, id: PostId, viewer: Viewer): Promise<StatusView | undefined> {
  return (await viewStatuses(db, [id], viewer))[0]
}

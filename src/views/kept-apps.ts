import { compiled } from '../db/compiled.ts'
import type { Db } from '../db/connect.ts'
import { shelfOf } from './shelf.ts'
import type { AppView } from './view.ts'

const findApp = compiled<AppView, [string]>('views.app', (db, id) =>
  db.selectFrom('client').select(['name', 'website']).where('id', '=', id),
)

/** What a post says of the app that it was written with, for a caller who has caught up; null for one that is gone. */
export async function keptApp(db: Db, id: string): Promise<AppView | null> {
  const shelf = shelfOf(db)
  const known = shelf?.apps.get(id)
  if (known && shelf?.changes.isFresh(known)) return known.view
  const since = shelf?.changes.now() ?? 0
  const [view] = await findApp(db, id)
  if (view) shelf?.apps.set(id, { view, keys: [`c${id}`], since })
  return view ?? null
}

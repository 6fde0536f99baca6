import { type RawBuilder, sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { prepared } from '../db/prepared.ts'
import type { PageQuery } from './pages.ts'
import { catchUp } from './shelf.ts'
import { type StatusView, statusesFrom } from './statuses.ts'

const HIGHEST = '9223372036854775807'

type Place = 'me' | 'below' | 'above' | 'limit'

/** A page of a home, by its index alone. */
const pageOf = (name: string, order: RawBuilder<unknown>) =>
  prepared<Place>(
    name,
    (at) => sql`
      SELECT array_to_string(ARRAY(SELECT post_id FROM home_entry WHERE owner_id = ${at('me')}::bigint
          AND post_id < ${at('below')}::bigint AND post_id > ${at('above')}::bigint
          ORDER BY post_id ${order} LIMIT ${at('limit')}::int), ' ') AS ids`,
  )
const downwards = pageOf('views.home-down', sql`DESC`)
const upwards = pageOf('views.home-up', sql`ASC`)

export interface HomePage {
  readonly views: readonly StatusView[]
  /** how many stand on the page, which is more than are shown where its owner may not see some any more */
  readonly found: number
  readonly newest?: string
  readonly oldest?: string
}

/** A page of somebody's home, newest first. What must not be in it was never written or is gone from it. */
export async function viewHome(db: Db, ownerId: AccountId, page: PageQuery): Promise<HomePage> {
  const { maxId = HIGHEST, sinceId, minId, limit } = page
  const find = minId === undefined ? downwards : upwards
  // No page is asked for as often: what has changed is found out beside it.
  const [rows] = await Promise.all([
    find<{ ids: string }>(db, {
      me: ownerId,
      below: maxId,
      above: minId ?? sinceId ?? '0',
      limit,
    }),
    catchUp(db),
  ])
  const { ids: found = '' } = rows[0] ?? {}
  if (found === '') return { views: [], found: 0 }
  const ids = found.split(' ') as PostId[]
  if (minId !== undefined) ids.reverse()
  const views = await statusesFrom(db, ids, { accountId: ownerId })
  const [newest, oldest] = [ids[0], ids.at(-1)]
  return { views, found: ids.length, ...(newest && { newest }), ...(oldest && { oldest }) }
}

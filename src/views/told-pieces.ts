import { sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import { compiled } from '../db/compiled.ts'
import type { Db } from '../db/connect.ts'
import { besideNotice, type Held, isWelcome, type Told, type ToldQuery, whoDid } from './notifications.ts'
import { newestFirst } from './pages.ts'
import { catchUp } from './shelf.ts'
import { loadTold } from './told.ts'

/** A piece of what was written down for somebody, in the order in which it was asked for. */
interface PieceRow extends Omit<Told, 'createdAt'> {
  /** milliseconds since 1970: as a number, for there are many */
  readonly at: number
  /** they are still to be reminded of it, if they may see its post */
  readonly welcome: boolean
}

const HIGHEST = '9223372036854775807'
/** Most are shown; where many are not, ever more are looked through. */
const WIDER = 4

/**
 * A page of what somebody was told, newest first. It is found piece by piece along the index: so it takes as long as a page is, however much there is. What
 * of a piece is not shown leaves no gap, for the next one follows.
 */
export async function listTold(db: Db, ownerId: AccountId, query: ToldQuery): Promise<readonly Told[]> {
  if (query.kinds.length === 0) return []
  return newestFirst(await readTold(db, ownerId, query), query)
}

/** The same in the order in which it was asked for. */
async function readTold(db: Db, ownerId: AccountId, query: ToldQuery): Promise<readonly Told[]> {
  const { kinds, fromId, maxId = HIGHEST, minId, sinceId, held = 'out', limit } = query
  const up = minId !== undefined
  const find = pieces[`${held}-${up ? 'up' : 'down'}`]
  const found: Told[] = []
  let [below, above] = [maxId, minId ?? sinceId ?? '0']
  for (let size = limit; ; size *= WIDER) {
    const [rows] = await Promise.all([
      find(db, ownerId, below, above, kinds, fromId ?? null, size),
      catchUp(db),
    ])
    const wanted = rows.filter(({ welcome }) => welcome)
    const posts = await visibleAmong(db, ownerId, wanted)
    for (const row of wanted)
      if (found.length < limit && (row.postId === null || posts.has(row.postId))) found.push(toldFrom(row))
    const last = rows.at(-1)
    if (found.length === limit || rows.length < size || !last) return found
    if (up) above = last.id
    else below = last.id
  }
}

/** Of the posts that these are of, those that their owner may see: most are shown beside them in any case, and known. */
export async function visibleAmong(
  db: Db,
  ownerId: AccountId,
  notices: readonly Pick<Told, 'postId'>[],
): Promise<ReadonlyMap<PostId, unknown>> {
  return loadTold(db, new Set(notices.flatMap(({ postId }) => postId ?? [])), { accountId: ownerId })
}

const toldFrom = ({ id, kind, fromId, aboutId, postId, at }: PieceRow): Told => ({
  id,
  kind,
  fromId,
  ...(aboutId && { aboutId }),
  postId,
  createdAt: new Date(at),
})

type FindPiece = (
  db: Db,
  ownerId: AccountId,
  below: string,
  above: string,
  kinds: readonly string[],
  fromId: AccountId | null,
  limit: number,
) => Promise<PieceRow[]>

const pieces: Readonly<Record<`${Held}-${'up' | 'down'}`, FindPiece>> = {
  'out-down': pieceOf('out', 'down'),
  'out-up': pieceOf('out', 'up'),
  'in-down': pieceOf('in', 'down'),
  'in-up': pieceOf('in', 'up'),
  'only-down': pieceOf('only', 'down'),
  'only-up': pieceOf('only', 'up'),
}

/** The rows first, by their index alone, and then what is said of each: no planner gets it the other way round. */
function pieceOf(held: Held, way: 'up' | 'down'): FindPiece {
  const order = way === 'up' ? sql`ASC` : sql`DESC`
  return compiled(`views.told-${held}-${way}`, (db, ownerId, below, above, kinds, fromId, limit) => ({
    compile: () =>
      sql<PieceRow>`
        SELECT notification.id, notification.kind, ${whoDid} AS "fromId", notification.from_account_id AS "aboutId",
          notification.post_id AS "postId",
          (extract(epoch FROM notification.created_at) * 1000)::float8 AS at,
          ${isWelcome(ownerId as AccountId, held)} AS welcome
        FROM (
          SELECT * FROM notification WHERE owner_id = ${ownerId}::bigint
            AND id < ${below}::bigint AND id > ${above}::bigint AND kind = ANY (${kinds}::text[])
            AND (${fromId}::bigint IS NULL OR from_account_id = ${fromId}::bigint)
          ORDER BY id ${order} LIMIT ${limit}::int) AS notification
        ${besideNotice(ownerId as AccountId)}
        ORDER BY notification.id ${order}`.compile(db),
  }))
}

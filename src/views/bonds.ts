import { sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import { compiled } from '../db/compiled.ts'
import type { Db } from '../db/connect.ts'
import { areApart } from '../domain/blocks/find.ts'
import { isThere } from './hearing-rules.ts'
import { look, shelfOf } from './shelf.ts'
import type { Bond } from './view.ts'

const findBonds = compiled<Bond, [AccountId, readonly AccountId[]]>('views.bonds', (_db, ownerId, ids) => {
  const me = sql`${ownerId}::bigint`
  return sql<Bond>`
    SELECT account.id, account.uri, account.followers_url AS "followersUri",
      NOT ${isThere(sql`account`)} AS hidden, ${areApart(me, sql`account.id`)} AS apart,
      EXISTS (SELECT 1 FROM follow WHERE follow.followed_id = account.id AND follow.follower_id = ${me}
        AND follow.state = 'accepted') AS follows
    FROM account WHERE account.id = ANY (${ids}::bigint[])`
})

/** How somebody here stands to others. What is kept and has not changed, as far as the caller has caught up, is not read. */
export async function loadBonds(
  db: Db,
  ownerId: AccountId,
  ids: Iterable<AccountId>,
): Promise<ReadonlyMap<AccountId, Bond>> {
  const shelf = shelfOf(db)
  const placeOf = (id: AccountId) => `${ownerId} ${id}`
  const { found, missing } = look(shelf?.bonds, shelf?.changes, ids, placeOf)
  if (missing.length > 0) {
    const since = shelf?.changes.now() ?? 0
    for (const view of await findBonds(db, ownerId, missing)) {
      const kept = { view, keys: [`v${ownerId}`, `a${ownerId}`, `a${view.id}`], since }
      found.set(view.id, kept)
      shelf?.bonds.set(placeOf(view.id), kept)
    }
  }
  return new Map([...found].map(([id, { view }]) => [id, view]))
}

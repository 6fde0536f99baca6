import type { World } from '../world.ts'
import type { Account } from './account.ts'
import { findMoving } from './find.ts'

/** Somebody who moved on, and on again. */
const MOST_MOVES = 3

/**
 * The account that somebody is found at now: the one that theirs says it has moved to, if that one names it among its
 * aliases, and so on. May ask other servers, so it is called outside of transactions; in doubt, the account itself.
 */
export async function whereNow(world: World, account: Account): Promise<Account> {
  let here = account
  const seen = new Set([here.uri])
  for (let moves = 0; here.movedToUri !== null && moves < MOST_MOVES; moves++) {
    const next = await world.directory.findByUri(here.movedToUri).catch(() => undefined)
    if (!next || seen.has(next.uri)) return here
    const aliases = (await findMoving(world.db, next.id))?.alsoKnownAs ?? []
    if (!aliases.includes(here.uri)) return here
    seen.add(next.uri)
    here = next
  }
  return here
}

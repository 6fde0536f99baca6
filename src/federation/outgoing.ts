import { LRUCache } from 'lru-cache'
import type { AccountId, ActivityId } from '../base/ids.ts'
import type { Uris } from '../base/uris.ts'
import type { Db } from '../db/connect.ts'
import { findAccount } from '../domain/accounts/find.ts'
import { findActivity } from '../domain/activities/find.ts'
import { followerDigests } from '../domain/follows/sync-find.ts'
import { syncHeaderFrom } from './collection-sync.ts'
import type { OutgoingActivity } from './send.ts'

const ACCOUNTS = 500
/** As old as a digest may be: whoever finds it stale asks for the list, and finds that all is well. */
const HELD_MS = 60_000
/** What is still said of an account that is suspended: that it is, and what it takes back. */
const STILL = new Set(['Delete', 'Undo', 'Reject'])

/**
 * Finds activities to send: the stored bytes, and with what is said to followers a word to each host on who of it they
 * are (FEP-8fcf). An account that was suspended after it spoke says nothing more.
 */
export function createOutgoing(
  db: Db,
  uris: Uris,
): (id: ActivityId) => Promise<OutgoingActivity | undefined> {
  const digests = new LRUCache<AccountId, ReadonlyMap<string, string>>({
    max: ACCOUNTS,
    ttl: HELD_MS,
    fetchMethod: (accountId) => followerDigests(db, accountId),
  })

  return async (id) => {
    const activity = await findActivity(db, id)
    if (!activity) return undefined
    const { accountId, body, kind, postId } = activity
    const isUpdateOfActor = kind === 'Update' && postId === null
    if (!STILL.has(kind) && !isUpdateOfActor && (await findAccount(db, accountId))?.suspended)
      return undefined
    const followers = uris.followers(accountId)
    if (postId === null || !isAddressedTo(body, followers)) return { accountId, body }
    const known = await digests.fetch(accountId)
    const url = uris.followersSynchronization(accountId)
    const sync = (host: string) => {
      const digest = known?.get(host)
      return digest === undefined ? undefined : syncHeaderFrom({ collectionId: followers, url, digest })
    }
    return { accountId, body, sync }
  }
}

/** Read from the bytes that go out, whoever wrote them. */
function isAddressedTo(body: string, address: string): boolean {
  const { to, cc } = JSON.parse(body) as { to?: unknown; cc?: unknown }
  return [to, cc].flat().includes(address)
}

import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import type { JsonRecord } from './client.ts'
import { readMetadata } from './client-metadata.ts'
import { deleteUnusedClients, insertClient } from './client-store.ts'
import { deleteStaleRequests } from './request-store.ts'
import { hashOf, newToken } from './tokens.ts'

const DAY = 86_400_000
/** An app that nobody has let in for so long after it registered has to register again. */
export const UNUSED_DAYS = 7
const MOST_AT_ONCE = 1000

export interface RegisteredClient {
  readonly id: string
  /** told once, kept as a hash; undefined for an app that has none */
  readonly secret: string | undefined
  readonly registeredAt: Date
  /** as it counts from now on, in the words of RFC 7591 */
  readonly metadata: JsonRecord
}

/**
 * Makes an app known by what it says about itself (RFC 7591). Its name is nothing but random, so it never passes for an
 * address.
 * @throws Refusal 'client.redirect', 'client.metadata'
 */
export async function registerClient(
  world: Pick<World, 'db' | 'clock'>,
  given: JsonRecord,
): Promise<RegisteredClient> {
  const metadata = readMetadata(given, 'registered')
  const id = newToken()
  const secret = metadata.authMethod.startsWith('client_secret') ? newToken() : undefined
  const registeredAt = world.clock.now()
  const secretHash = secret === undefined ? null : hashOf(secret)
  await transact(world.db, (tx) =>
    insertClient(tx, { ...metadata, id, kind: 'registered', secretHash, now: registeredAt }),
  )
  return { id, secret, registeredAt, metadata: metadata.metadata }
}

/** A chore: forgets apps that nobody has ever let in, and requests that nobody has answered in time. */
export async function forgetClients(world: Pick<World, 'db' | 'clock'>): Promise<void> {
  const now = world.clock.now()
  await deleteStaleRequests(world.db, now)
  await deleteUnusedClients(world.db, new Date(now.getTime() - UNUSED_DAYS * DAY), MOST_AT_ONCE)
}

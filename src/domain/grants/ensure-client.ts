import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import type { Client, JsonRecord } from './client.ts'
import { isClientAddress } from './client-id.ts'
import { type ClientMetadata, sameTrust } from './client-metadata.ts'
import { deletePending, saveReading } from './client-store.ts'
import { findClient } from './find.ts'

/** What an app publishes about itself, read and checked. */
export interface DescribedClient {
  readonly kind: 'document' | 'object'
  readonly metadata: ClientMetadata
  /** how long it may be relied on */
  readonly freshSeconds: number
}

/** Asks for what apps publish; `remote/client-documents.ts` fills it. Never called within a transaction. */
export interface ClientReader {
  /** @throws Refusal 'client.document', 'client.metadata', 'client.redirect' */
  read(address: string): Promise<DescribedClient>
  /**
   * the keys at a `jwks_uri`, as they were lately, or as they are now
   * @throws Refusal 'client.document'
   */
  keys(address: string, more?: { readonly anew?: boolean }): Promise<JsonRecord>
}

/**
 * The app of that name, as it describes itself now: one that registered is known or not; one whose name is an address is
 * read there, unless what was read before still holds. When it names other addresses or keys than before, whatever it had
 * begun has to begin anew.
 * @throws Refusal 'client.unknown', and what `ClientReader.read` throws
 */
export async function ensureClient(
  world: Pick<World, 'db' | 'clock'>,
  reader: ClientReader,
  clientId: string,
): Promise<Client> {
  const known = await findKnownClient(world, clientId)
  if (!isClientAddress(clientId)) return known ?? refuse('client.unknown')
  const now = world.clock.now()
  if (known?.freshUntil && known.freshUntil > now) return known
  const { kind, metadata, freshSeconds } = await reader.read(clientId)
  const changed = known !== undefined && !sameTrust(known, metadata)
  await transact(world.db, async (tx) => {
    if (changed) await deletePending(tx, clientId)
    const freshUntil = new Date(now.getTime() + freshSeconds * 1000)
    await saveReading(tx, { id: clientId, kind, metadata, now, freshUntil, changed })
  })
  return (await findClient(world.db, clientId)) ?? refuse('client.unknown')
}

/** The app of that name, as it was last heard of; nobody is asked. */
export async function findKnownClient(
  world: Pick<World, 'db'>,
  clientId: string,
): Promise<Client | undefined> {
  return /^[\x21-\x7e]{1,2048}$/.test(clientId) ? findClient(world.db, clientId) : undefined
}

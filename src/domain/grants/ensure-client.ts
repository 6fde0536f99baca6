import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { World } from '../world.ts'
import type { Client, JsonRecord } from './client.ts'
import { isClientAddress } from './client-id.ts'
import { type ClientMetadata, sameTrust } from './client-metadata.ts'
import { deletePending, saveReading, setLogoFile } from './client-store.ts'
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
  const newLogo = metadata.logoUrl !== (known?.logoUrl ?? null)
  await transact(world.db, async (tx) => {
    if (changed) await deletePending(tx, clientId)
    const freshUntil = new Date(now.getTime() + freshSeconds * 1000)
    await saveReading(tx, { id: clientId, kind, metadata, now, freshUntil, changed, newLogo })
    if (newLogo && metadata.logoUrl !== null)
      await enqueue(tx, [{ kind: 'logo', payload: { clientId } satisfies LogoCopy }])
  })
  return (await findClient(world.db, clientId)) ?? refuse('client.unknown')
}

/** The job that makes a copy of an app's logo, since pages show nothing from elsewhere. */
export interface LogoCopy {
  readonly clientId: string
}

/** Our copy of an app's logo is there; false when it has another by now. */
export async function keepLogo(
  world: Pick<World, 'db'>,
  clientId: string,
  url: string,
  file: string,
): Promise<boolean> {
  return setLogoFile(world.db, clientId, url, file)
}

/** The app of that name, as it was last heard of; nobody is asked. */
export async function findKnownClient(
  world: Pick<World, 'db'>,
  clientId: string,
): Promise<Client | undefined> {
  return /^[\x21-\x7e]{1,2048}$/.test(clientId) ? findClient(world.db, clientId) : undefined
}

import { sql } from 'kysely'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import type { ClientMetadata, DescribedKind } from './client-metadata.ts'

export interface NewClient extends ClientMetadata {
  readonly id: string
  readonly kind: DescribedKind | 'app'
  readonly secretHash: Buffer | null
  readonly now: Date
}

export async function insertClient(tx: Tx, client: NewClient): Promise<void> {
  await tx
    .insertInto('client')
    .values({
      id: client.id,
      kind: client.kind,
      secret_hash: client.secretHash,
      created_at: client.now,
      ...described(client),
    })
    .execute()
}

export interface Reading {
  readonly id: string
  readonly kind: DescribedKind
  readonly metadata: ClientMetadata
  readonly now: Date
  readonly freshUntil: Date
  /** it named other redirect addresses or keys before */
  readonly changed: boolean
  /** it had another logo before, or none */
  readonly newLogo: boolean
}

/** Keeps what an app says about itself now, in place of what it said before. */
export async function saveReading(tx: Tx, reading: Reading): Promise<void> {
  const { id, kind, now, freshUntil, changed, newLogo } = reading
  const read = { kind, ...described(reading.metadata), fetched_at: now, fresh_until: freshUntil }
  await tx
    .insertInto('client')
    .values({ id, created_at: now, ...read })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({
        ...read,
        ...(changed && { changed_at: now }),
        ...(newLogo && { logo_file: null }),
      }),
    )
    .execute()
}

/** Our copy of a logo is there; false when the app has another by now. */
export async function setLogoFile(db: Db, id: string, url: string, file: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('client')
    .set({ logo_file: file })
    .where('id', '=', id)
    .where('logo_url', '=', url)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** What is under way for a client begins anew: what it wants authorised, and codes that it has not used yet. */
export async function deletePending(tx: Tx, clientId: string): Promise<void> {
  await tx.deleteFrom('pushed_request').where('client_id', '=', clientId).execute()
  await tx.deleteFrom('grant_code').where('client_id', '=', clientId).where('used_at', 'is', null).execute()
}

/** Apps that nobody has ever let in, and that were last heard of before then, be it by a token of their own. */
export async function deleteUnusedClients(db: Db, before: Date, most: number): Promise<number> {
  const unused = db
    .selectFrom('client')
    .select('id')
    .where('used_at', 'is', null)
    .where('created_at', '<', before)
    .where((eb) => eb.or([eb('fetched_at', 'is', null), eb('fetched_at', '<', before)]))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('client_grant')
            .select('client_grant.id')
            .whereRef('client_grant.client_id', '=', 'client.id')
            .where('client_grant.used_at', '>=', before),
        ),
      ),
    )
    .limit(most)
  const { numDeletedRows } = await db.deleteFrom('client').where('id', 'in', unused).executeTakeFirst()
  return Number(numDeletedRows)
}

function described(metadata: ClientMetadata) {
  return {
    name: metadata.name,
    website: metadata.website,
    logo_url: metadata.logoUrl,
    summary: metadata.summary,
    redirect_uris: sql<string[]>`${[...metadata.redirectUris]}::text[]`,
    scopes: metadata.scopes,
    auth_method: metadata.authMethod,
    jwks: metadata.jwks === null ? null : JSON.stringify(metadata.jwks),
    jwks_uri: metadata.jwksUri,
    dpop_bound: metadata.dpopBound,
    metadata: JSON.stringify(metadata.metadata),
  }
}

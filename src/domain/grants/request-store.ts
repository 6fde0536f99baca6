import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import type { KeptRequest } from './authorization.ts'

export interface NewRequest extends KeptRequest {
  readonly hash: Buffer
  readonly expiresAt: Date
}

export async function insertRequest(tx: Tx, request: NewRequest): Promise<void> {
  await tx
    .insertInto('pushed_request')
    .values({
      uri_hash: request.hash,
      client_id: request.clientId,
      parameters: JSON.stringify(request.parameters),
      created_at: request.createdAt,
      expires_at: request.expiresAt,
    })
    .execute()
}

const columns = ['client_id as clientId', 'parameters', 'created_at as createdAt'] as const

export async function findRequest(db: Db, hash: Buffer, now: Date): Promise<KeptRequest | undefined> {
  const row = await db
    .selectFrom('pushed_request')
    .select(columns)
    .where('uri_hash', '=', hash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row as KeptRequest | undefined
}

/** Takes a request out, so that nobody else can: it is answered once. */
export async function takeRequest(db: Db | Tx, hash: Buffer, now: Date): Promise<KeptRequest | undefined> {
  const row = await db
    .deleteFrom('pushed_request')
    .where('uri_hash', '=', hash)
    .where('expires_at', '>', now)
    .returning(columns)
    .executeTakeFirst()
  return row as KeptRequest | undefined
}

export async function deleteStaleRequests(db: Db, now: Date): Promise<void> {
  await db.deleteFrom('pushed_request').where('expires_at', '<=', now).execute()
}

import { sql } from 'kysely'
import type { Db } from '../../db/connect.ts'
import type { RelayKind, RelayState } from '../../db/tables/lifecycle.ts'

export interface Relay {
  readonly id: number
  /** as it was given: an inbox, or an actor */
  readonly url: string
  readonly kind: RelayKind
  readonly inboxId: number
  /** where it lives: only from there does it speak */
  readonly origin: string
  readonly followUri: string
  /** what is followed: Public, or the relay as an actor */
  readonly objectUri: string
  readonly state: RelayState
  readonly createdAt: Date
}

const columns = [
  'id',
  'url',
  'kind',
  'inbox_id as inboxId',
  'origin',
  'follow_uri as followUri',
  'object_uri as objectUri',
  'state',
  'created_at as createdAt',
] as const

export async function listRelays(db: Db): Promise<Relay[]> {
  return db.selectFrom('relay').select(columns).orderBy('id').execute()
}

export async function findRelay(db: Db, url: string): Promise<Relay | undefined> {
  return db.selectFrom('relay').select(columns).where('url', '=', url).executeTakeFirst()
}

export async function findRelayById(db: Db, id: number): Promise<Relay | undefined> {
  return db.selectFrom('relay').select(columns).where('id', '=', id).executeTakeFirst()
}

/** The relay that this Follow asked. */
export async function findRelayByFollow(db: Db, followUri: string): Promise<Relay | undefined> {
  return db.selectFrom('relay').select(columns).where('follow_uri', '=', followUri).executeTakeFirst()
}

/** Which of these origins are those of relays that have accepted us. */
export async function relaysAmong(db: Db, origins: readonly string[]): Promise<ReadonlySet<string>> {
  if (origins.length === 0) return new Set()
  const rows = await db
    .selectFrom('relay')
    .select('origin')
    .where('origin', '=', sql<string>`any(${origins}::text[])`)
    .where('state', '=', 'accepted')
    .execute()
  return new Set(rows.map((row) => row.origin))
}

/** The inboxes of relays that pass on what is sent to them. */
export async function relayInboxes(db: Db): Promise<number[]> {
  const rows = await db
    .selectFrom('relay')
    .select('inbox_id')
    .where('state', '=', 'accepted')
    .where('kind', '=', 'mastodon')
    .execute()
  return rows.map((row) => row.inbox_id)
}

import { sql } from 'kysely'
import type { Handle } from '../../base/handles.ts'
import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import { statement } from '../../db/statement.ts'
import type { Account, AccountKind, LocalAccount, ProfileField } from './account.ts'

export const accountColumns = [
  'id',
  'local',
  'uri',
  'kind',
  'name',
  'host',
  'url',
  'manually_approves_followers',
  'followers_url',
  'inbox_id',
  'suspended_at',
  'moved_to_uri',
  'fetched_at',
] as const

export interface AccountRow {
  id: AccountId
  local: boolean
  uri: string
  kind: AccountKind
  name: string
  host: string | null
  url: string | null
  manually_approves_followers: boolean
  followers_url: string | null
  inbox_id: number | null
  suspended_at: Date | null
  moved_to_uri: string | null
  fetched_at: Date | null
}

export function accountFrom(row: AccountRow): Account {
  return {
    id: row.id,
    local: row.local,
    uri: row.uri,
    kind: row.kind,
    name: row.name,
    host: row.host,
    url: row.url,
    manuallyApprovesFollowers: row.manually_approves_followers,
    followersUrl: row.followers_url,
    inboxId: row.inbox_id,
    suspended: row.suspended_at !== null,
    movedToUri: row.moved_to_uri,
    fetchedAt: row.fetched_at,
  }
}

const living = (db: Db) => db.selectFrom('account').select(accountColumns).where('deleted_at', 'is', null)

/** Who waits to be let in is found by nobody who does not know their id. */
const isThere = sql<boolean>`NOT 'waiting' = ANY (suspended_for)`

/** An account that is known and not gone, by its id. */
export async function findAccount(db: Db, id: AccountId): Promise<Account | undefined> {
  const row = await living(db).where('id', '=', id).executeTakeFirst()
  return row && accountFrom(row)
}

export async function findAccountByUri(db: Db, uri: string): Promise<Account | undefined> {
  const row = await living(db).where('uri', '=', uri).where(isThere).executeTakeFirst()
  return row && accountFrom(row)
}

/** A local account by its name in any case, or a remote one whose handle WebFinger has confirmed. */
export async function findAccountByHandle(db: Db, handle: Handle): Promise<Account | undefined> {
  const row = await living(db)
    .where(sql`lower(name)`, '=', handle.name.toLowerCase())
    .where(isThere)
    .where((eb) =>
      handle.host === null
        ? eb('host', 'is', null)
        : eb.and([eb('host', '=', handle.host), eb('handle_verified', '=', true)]),
    )
    .executeTakeFirst()
  return row && accountFrom(row)
}

/** A person of ours; the instance's own actor is none. */
export async function findLocalAccount(db: Db, name: string): Promise<LocalAccount | undefined> {
  const account = await findAccountByHandle(db, { name, host: null })
  return account && isPersonHere(account) ? account : undefined
}

function isPersonHere(account: Account): account is LocalAccount {
  return account.local && account.kind !== 'application'
}

/** Those of `ids` that are known, by id. */
export async function findAccountsByIds(db: Db, ids: readonly AccountId[]): Promise<Map<AccountId, Account>> {
  if (ids.length === 0) return new Map()
  const rows = await living(db).where('id', '=', sql<AccountId>`any(${ids}::bigint[])`).execute()
  return new Map(rows.map((row) => [row.id, accountFrom(row)]))
}

/** Those of `uris` that are known, by uri. */
export async function findAccountsByUris(db: Db, uris: readonly string[]): Promise<Map<string, Account>> {
  if (uris.length === 0) return new Map()
  const rows = await living(db).where('uri', '=', sql<string>`any(${uris}::text[])`).where(isThere).execute()
  return new Map(rows.map((row) => [row.uri, accountFrom(row)]))
}

/** One key with its owner, as signature checks want it; of accounts that are gone there is none. */
export async function findKey(db: Db, keyUri: string) {
  return db
    .selectFrom('account_key as key')
    .innerJoin('account', 'account.id', 'key.account_id')
    .select([
      'key.uri as keyUri',
      'account.uri as actorUri',
      'key.kind as kind',
      'key.public_key as publicKey',
      'key.fetched_at as fetchedAt',
    ])
    .where('key.uri', '=', keyUri)
    .where('account.deleted_at', 'is', null)
    .executeTakeFirst()
}

const findUris = statement(
  'accounts.uris',
  'SELECT uri FROM account WHERE uri = any($1::text[]) AND deleted_at IS NULL',
)

/** Which of these actors are known and not gone. */
export async function knownAmong(db: Db, uris: readonly string[]): Promise<Set<string>> {
  const rows = await findUris<{ uri: string }>(db, [uris])
  return new Set(rows.map((row) => row.uri))
}

/** Whether an id is that of somebody here, of somebody who was, or of nobody. */
export async function presenceOf(db: Db, id: AccountId): Promise<'here' | 'gone' | 'nobody'> {
  const row = await db
    .selectFrom('account')
    .select(['deleted_at'])
    .where('id', '=', id)
    .where('local', '=', true)
    .where(isThere)
    .executeTakeFirst()
  if (!row) return 'nobody'
  return row.deleted_at === null ? 'here' : 'gone'
}

/** The fields of a profile. */
export async function findFields(db: Db, id: AccountId): Promise<readonly ProfileField[]> {
  const row = await db.selectFrom('account').select('fields').where('id', '=', id).executeTakeFirst()
  return row?.fields ?? []
}

/** The same of whoever has that actor id. */
export async function findFieldsByUri(db: Db, uri: string): Promise<readonly ProfileField[]> {
  const row = await db.selectFrom('account').select('fields').where('uri', '=', uri).executeTakeFirst()
  return row?.fields ?? []
}

/** The sealed private half of one of our accounts' keys. */
export async function findPrivateKey(db: Db, accountId: AccountId, kind: 'rsa' | 'ed25519') {
  const row = await db
    .selectFrom('account_key')
    .select(['uri', 'private_key_sealed as sealed'])
    .where('account_id', '=', accountId)
    .where('kind', '=', kind)
    .where('private_key_sealed', 'is not', null)
    .executeTakeFirst()
  return row?.sealed ? { uri: row.uri, sealed: row.sealed } : undefined
}

/** Where an account has moved to and when, and who it is besides. */
export async function findMoving(db: Db, id: AccountId) {
  return db
    .selectFrom('account')
    .select([
      'also_known_as as alsoKnownAs',
      'moved_to_uri as movedToUri',
      'copied_to_uris as copiedToUris',
      'moved_at as movedAt',
    ])
    .where('id', '=', id)
    .executeTakeFirst()
}

/** An account that is gone. */
export async function findDeleted(db: Db, id: AccountId) {
  return db
    .selectFrom('account')
    .select(['id', 'uri', 'local'])
    .where('id', '=', id)
    .where('deleted_at', 'is not', null)
    .executeTakeFirst()
}

/** Accounts of ours with fields that nobody has looked at since then. */
export async function listUnchecked(db: Db, before: Date, limit: number): Promise<AccountId[]> {
  const rows = await db
    .selectFrom('account')
    .select('id')
    .where('local', '=', true)
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`fields <> '[]'`)
    .where((eb) => eb.or([eb('links_checked_at', 'is', null), eb('links_checked_at', '<', before)]))
    .limit(limit)
    .execute()
  return rows.map((row) => row.id)
}

/** Where an account elsewhere takes what is sent to it alone. */
export async function findInboxUrl(db: Db, id: AccountId): Promise<string | undefined> {
  const row = await db
    .selectFrom('account')
    .innerJoin('inbox', 'inbox.id', 'account.inbox_id')
    .select('inbox.url')
    .where('account.id', '=', id)
    .executeTakeFirst()
  return row?.url
}

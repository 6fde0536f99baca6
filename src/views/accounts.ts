import { sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import { compiled } from '../db/compiled.ts'
import type { Db } from '../db/connect.ts'
import type { Role } from '../db/tables/accounts.ts'
import { emojisIn } from './held.ts'
import type { AccountMention, AccountView, EmojiView, Page } from './view.ts'

const selectAccount = (db: Db) =>
  db
    .selectFrom('account')
    .leftJoin('account_stat', 'account_stat.account_id', 'account.id')
    .leftJoin('account_origin as origin', 'origin.account_id', 'account.id')
    .leftJoin('login as member', 'member.account_id', 'account.id')
    .select((eb) => [
      'account.id',
      'account.local',
      'account.uri',
      'account.kind',
      'account.name',
      'account.host',
      eb.fn.coalesce('account.url', 'account.uri').as('url'),
      'account.display_name as displayName',
      'account.bio_html as bioHtml',
      'account.bio_source as bioSource',
      'account.fields',
      'account.avatar_url as avatarUrl',
      'account.header_url as headerUrl',
      'account.also_known_as as alsoKnownAs',
      'account.moved_to_uri as movedToUri',
      'account.manually_approves_followers as manuallyApprovesFollowers',
      'account.discoverable',
      'account.indexable',
      'account.memorial',
      'account.limited_at',
      'member.role',
      'account.followers_url as followersUrl',
      'account.following_url as followingUrl',
      'account.attribution_domains as attributionDomains',
      'account.avatar_alt as avatarAlt',
      'account.header_alt as headerAlt',
      'account.created_at as createdAt',
      'account.updated_at as updatedAt',
      'account.suspended_at',
      sql<boolean>`'waiting' = ANY (account.suspended_for)`.as('waiting'),
      sql<boolean>`account.suspended_for = '{waiting}'`.as('only_waits'),
      'account.deleted_at',
      eb.fn.coalesce('account_stat.posts', sql<number>`0`).as('posts'),
      eb.fn.coalesce('account_stat.followers', sql<number>`0`).as('followers'),
      eb.fn.coalesce('account_stat.following', sql<number>`0`).as('following'),
      'account_stat.last_post_at as lastPostAt',
      'origin.account_id as origin_id',
      'origin.posts as origin_posts',
      'origin.followers as origin_followers',
      'origin.following as origin_following',
    ])

type AccountRow = Awaited<ReturnType<ReturnType<typeof selectAccount>['execute']>>[number]

/** What an account shows beside its own row. */
interface Beside {
  readonly emojis: readonly EmojiView[]
  readonly movedTo: AccountView | null
}

function viewFrom(row: AccountRow, { emojis, movedTo }: Beside, keys: AccountView['keys'] = []): AccountView {
  const { posts, followers, following, suspended_at, deleted_at, limited_at, ...seen } = row
  const { waiting: _, only_waits, ...known } = seen
  const { origin_id, origin_posts, origin_followers, origin_following, ...rest } = known
  return {
    ...rest,
    suspended: suspended_at !== null && !only_waits,
    deleted: deleted_at !== null,
    limited: limited_at !== null,
    movedTo,
    counts: { posts, followers, following },
    remoteCounts:
      origin_id === null
        ? null
        : { posts: origin_posts, followers: origin_followers, following: origin_following },
    emojis,
    keys,
  }
}

async function withKeys(db: Db, row: AccountRow | undefined): Promise<AccountView | undefined> {
  // Who waits to be let in is not there yet.
  if (!row || row.waiting) return undefined
  const beside = await besideIn(db, [row])
  if (!row.local) return viewFrom(row, beside(row))
  return viewFrom(row, beside(row), await keysOf(db, row.id))
}

const keysOf = compiled<AccountView['keys'][number], [AccountId]>('views.account-keys', (db, id) =>
  db
    .selectFrom('account_key')
    .select(['uri', 'kind', 'public_key as publicKey'])
    .where('account_id', '=', id)
    .orderBy('kind', 'desc'),
)

async function besideIn(db: Db, rows: readonly AccountRow[]): Promise<(row: AccountRow) => Beside> {
  const [emojis, moved] = await Promise.all([accountEmojis(db, rows), movedIn(db, rows)])
  return (row) => ({
    emojis: emojis(row),
    movedTo: (row.movedToUri !== null && moved.get(row.movedToUri)) || null,
  })
}

/** Where accounts have moved, by uri; no query where none has. */
async function movedIn(db: Db, rows: readonly AccountRow[]): Promise<ReadonlyMap<string, AccountView>> {
  const uris = rows.flatMap((row) => row.movedToUri ?? [])
  if (uris.length === 0) return new Map()
  const found = await selectAccount(db).where('account.uri', '=', sql<string>`any(${uris}::text[])`).execute()
  const emojis = await accountEmojis(db, found)
  return new Map(found.map((row) => [row.uri, viewFrom(row, { emojis: emojis(row), movedTo: null })]))
}

/** The custom emoji in names, bios and fields; one query for all of them, none where there is nothing like one. */
async function accountEmojis(
  db: Db,
  rows: readonly AccountRow[],
): Promise<(row: AccountRow) => readonly EmojiView[]> {
  const said = new Map(rows.map((row) => [row.id, { host: row.host, texts: wordsOf(row) }]))
  const find = await emojisIn(db, [...said.values()])
  return (row) => {
    const words = said.get(row.id)
    return words ? find(words) : []
  }
}

/** Where custom emoji may stand in an account. */
export function wordsOf({
  displayName,
  bioHtml,
  fields,
}: Pick<AccountView, 'displayName' | 'bioHtml' | 'fields'>): string[] {
  return [
    displayName,
    bioHtml,
    ...fields.flatMap(({ name, value }) => [name, value.replace(/<[^>]*>/g, ' ')]),
  ]
}

const accountById = compiled<AccountRow, [AccountId]>('views.account', (db, id) =>
  selectAccount(db).where('account.id', '=', id),
)

/** An account by its id; one that is gone comes with `deleted`, so that its address can answer 410. */
export async function viewAccount(db: Db, id: AccountId): Promise<AccountView | undefined> {
  const [row] = await accountById(db, id)
  return withKeys(db, row)
}

/** A person of ours by name, in any case. */
export async function viewAccountByName(db: Db, name: string): Promise<AccountView | undefined> {
  const row = await selectAccount(db)
    .where(sql`lower(account.name)`, '=', name.toLowerCase())
    .where('account.host', 'is', null)
    .where('account.kind', '!=', 'application')
    .executeTakeFirst()
  return withKeys(db, row)
}

/** The server's own actor. */
export async function viewInstanceActor(db: Db, uri: string): Promise<AccountView | undefined> {
  return withKeys(db, await selectAccount(db).where('account.uri', '=', uri).executeTakeFirst())
}

const accountsById = compiled<AccountRow, [readonly AccountId[]]>('views.accounts', (db, ids) =>
  selectAccount(db).where('account.id', '=', sql<AccountId>`any(${ids}::bigint[])`),
)

/**
 * Accounts by id, for what is shown beside them; without their keys.
 * @param waiting whether those are among them that wait to be let in: for who looks after the server alone
 */
export async function viewAccounts(
  db: Db,
  ids: readonly AccountId[],
  { waiting = false }: { readonly waiting?: boolean } = {},
): Promise<Map<AccountId, AccountView>> {
  if (ids.length === 0) return new Map()
  const found = await accountsById(db, [...new Set(ids)])
  const rows = found.filter((row) => waiting || !row.waiting)
  const beside = await besideIn(db, rows)
  return new Map(rows.map((row) => [row.id, viewFrom(row, beside(row))]))
}

export interface LocalAccountRow {
  readonly account: AccountView
  readonly role: Role
  readonly email: string | null
  readonly seenAt: Date
  /** what they wait for before they may come in */
  readonly waitsFor: 'confirmation' | 'approval' | undefined
  /** why they want to come in, in their own words */
  readonly reason: string | null
}

/** People of ours, newest first. */
export async function listLocalAccounts(
  db: Db,
  options: { readonly maxId?: AccountId; readonly limit: number },
): Promise<Page<LocalAccountRow>> {
  const rows = await selectAccount(db)
    .innerJoin('login', 'login.account_id', 'account.id')
    .select((eb) => [
      eb.fn.coalesce('login.email', 'login.unconfirmed_email').as('email'),
      'login.seen_at as seenAt',
      'login.confirmed_at as confirmedAt',
      'login.approved_at as approvedAt',
      'login.reason',
    ])
    .where('account.deleted_at', 'is', null)
    .$if(options.maxId !== undefined, (query) => query.where('account.id', '<', options.maxId as AccountId))
    .orderBy('account.id', 'desc')
    .limit(options.limit + 1)
    .execute()
  const beside = await besideIn(db, rows)
  const items = rows
    .slice(0, options.limit)
    .map(({ email, seenAt, confirmedAt, approvedAt, reason, ...row }) => ({
      account: viewFrom(row, beside(row)),
      role: row.role ?? 'user',
      email,
      seenAt,
      waitsFor: waitingFor(confirmedAt, approvedAt),
      reason,
    }))
  const last = items.at(-1)
  return rows.length > options.limit && last ? { items, next: last.account.id } : { items }
}

function waitingFor(confirmedAt: Date | null, approvedAt: Date | null): LocalAccountRow['waitsFor'] {
  if (confirmedAt === null) return 'confirmation'
  return approvedAt === null ? 'approval' : undefined
}

export async function mentionsOfAccounts(
  db: Db,
  ids: readonly AccountId[],
): Promise<Map<AccountId, AccountMention>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('account')
    .select((eb) => ['id', 'uri', eb.fn.coalesce('url', 'uri').as('url'), 'name', 'host'])
    .where('id', '=', sql<AccountId>`any(${[...new Set(ids)]}::bigint[])`)
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/** The followers collections of accounts elsewhere, as their actors name them, by account. */
export async function followersUrisOf(db: Db, ids: readonly AccountId[]): Promise<Map<AccountId, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('account')
    .select(['id', 'followers_url'])
    .where('id', '=', sql<AccountId>`any(${ids}::bigint[])`)
    .execute()
  return new Map(rows.flatMap(({ id, followers_url: uri }) => (uri === null ? [] : [[id, uri] as const])))
}

import type { AccountId, GrantId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import { statement } from '../../db/statement.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { type AccountRow, accountColumns, accountFrom } from '../accounts/find.ts'
import type { Waiting } from '../accounts/login-store.ts'
import type { World } from '../world.ts'
import type { Client } from './client.ts'
import { type Scopes, scopesFrom } from './scopes.ts'
import { hashOf, isToken } from './tokens.ts'

/** What an access token stands for. */
export interface Grant {
  readonly grantId: GrantId
  readonly clientId: string
  /** null: the app as itself, for nobody; or for who is not let in yet */
  readonly account: LocalAccount | null
  /** who has signed up in the app, and what they wait for: until then it is good for nothing */
  readonly newcomer: { readonly accountId: AccountId; readonly waitsFor: Waiting } | null
  readonly scopes: Scopes
  /** null: never */
  readonly expiresAt: Date | null
  /** the thumbprint of the key that whoever uses it has to prove (RFC 9449) */
  readonly dpopJkt: string | null
  readonly issuedAt: Date
  /** when it was last noted that the grant was used */
  readonly usedAt: Date
}

interface BearerRow extends AccountRow {
  grant_id: GrantId
  client_id: string
  account_id: AccountId | null
  scopes: string
  expires_at: Date | null
  dpop_jkt: string | null
  issued_at: Date
  used_at: Date
  confirmed_at: Date | null
  approved_at: Date | null
}

/** A token that holds, whose grant holds, whose account may sign in, at the time `$2`. */
const holds = (
  isThere: string,
) => `token.kind = 'access' AND (token.expires_at IS NULL OR token.expires_at > $2)
  AND held.revoked_at IS NULL AND (held.expires_at IS NULL OR held.expires_at > $2)
  AND (held.account_id IS NULL OR login.account_id IS NOT NULL AND login.disabled_at IS NULL
    AND ${isThere} AND account.deleted_at IS NULL)`

const findByHash = statement(
  'grants.bearer',
  `SELECT held.id AS grant_id, held.client_id, held.account_id, held.used_at, token.scopes, token.expires_at,
     token.dpop_jkt, token.created_at AS issued_at, login.confirmed_at, login.approved_at, ${accountColumns.map((name) => `account.${name}`).join(', ')}
   FROM grant_token AS token
   JOIN client_grant AS held ON held.id = token.grant_id
   LEFT JOIN account ON account.id = held.account_id
   LEFT JOIN login ON login.account_id = account.id
   WHERE token.token_hash = $1 AND ${holds(`(account.suspended_at IS NULL OR account.suspended_for = '{waiting}')`)}`,
)

const findHolding = statement(
  'grants.holding',
  `SELECT token.token_hash AS hash
   FROM grant_token AS token
   JOIN client_grant AS held ON held.id = token.grant_id
   LEFT JOIN account ON account.id = held.account_id
   LEFT JOIN login ON login.account_id = account.id
   WHERE token.token_hash = ANY ($1::bytea[]) AND ${holds('account.suspended_at IS NULL')}`,
)

/** Which of many access tokens, by their hashes, still hold: for what is kept open on the strength of them. */
export async function holdingAmong(
  world: Pick<World, 'db' | 'clock'>,
  hashes: readonly Buffer[],
): Promise<Set<string>> {
  const rows = await findHolding<{ hash: Buffer }>(world.db, [hashes, world.clock.now()])
  return new Set(rows.map(({ hash }) => hash.toString('base64')))
}

/**
 * What an access token stands for; undefined when it is none, has run out or was revoked, or when its account may not
 * sign in any more. Whether its holder has the key that it may be bound to is not asked here.
 */
export async function findBearer(
  world: Pick<World, 'db' | 'clock'>,
  token: string,
): Promise<Grant | undefined> {
  return isToken(token) ? findBearerByHash(world, hashOf(token)) : undefined
}

/** The same by what is kept of a token. */
export async function findBearerByHash(
  world: Pick<World, 'db' | 'clock'>,
  hash: Buffer,
): Promise<Grant | undefined> {
  const [row] = await findByHash<BearerRow>(world.db, [hash, world.clock.now()])
  if (!row) return undefined
  const newcomer = newcomerIn(row)
  return {
    grantId: row.grant_id,
    clientId: row.client_id,
    account: row.account_id === null || newcomer ? null : (accountFrom(row) as LocalAccount),
    newcomer,
    scopes: scopesFrom(row.scopes),
    expiresAt: row.expires_at,
    dpopJkt: row.dpop_jkt,
    issuedAt: row.issued_at,
    usedAt: row.used_at,
  }
}

function newcomerIn({ account_id: accountId, confirmed_at, approved_at }: BearerRow): Grant['newcomer'] {
  if (accountId === null || (confirmed_at !== null && approved_at !== null)) return null
  return { accountId, waitsFor: confirmed_at === null ? 'confirmation' : 'approval' }
}

/** An app that is known here. */
export async function findClient(db: Db, id: string): Promise<Client | undefined> {
  return db
    .selectFrom('client')
    .select([
      'id',
      'kind',
      'name',
      'website',
      'logo_url as logoUrl',
      'logo_file as logoFile',
      'summary',
      'redirect_uris as redirectUris',
      'scopes',
      'auth_method as authMethod',
      'secret_hash as secretHash',
      'jwks',
      'jwks_uri as jwksUri',
      'dpop_bound as dpopBound',
      'metadata',
      'fetched_at as fetchedAt',
      'fresh_until as freshUntil',
      'changed_at as changedAt',
      'created_at as createdAt',
    ])
    .where('id', '=', id)
    .executeTakeFirst()
}

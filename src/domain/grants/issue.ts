import type { AccountId, GrantId } from '../../base/ids.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { COMMAND_LINE } from './client.ts'
import { type Scopes, textOf } from './scopes.ts'
import { ensureCommandLine, insertGrant, insertTokens } from './store.ts'
import { hashOf, newToken } from './tokens.ts'

/** An access token lives for an hour, unless its client is one whose tokens do not end. */
export const ACCESS_SECONDS = 3600
/** However often it is refreshed, somebody has to say yes again after this long. */
export const GRANT_DAYS = 90

/** What an app is given, once: of the tokens only their hashes are kept. */
export interface Issued {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  readonly issuedAt: Date
  /** null: never */
  readonly expiresAt: Date | null
  readonly grantId: GrantId
  readonly scopes: Scopes
  readonly dpopJkt: string | null
}

export interface IssueInput {
  /** null: for the app as itself */
  readonly accountId: AccountId | null
  /** the command line's unless told; it must be known */
  readonly clientId?: string
  readonly scopes: Scopes
  /** never, unless told */
  readonly expiresInSeconds?: number
}

/** Opens a grant and gives its access token, without asking anybody: for the command line, and for apps as themselves. */
export async function issueToken(
  world: Pick<World, 'db' | 'clock' | 'ids'>,
  { accountId, clientId = COMMAND_LINE, scopes, expiresInSeconds }: IssueInput,
): Promise<Issued> {
  const now = world.clock.now()
  return transact(world.db, async (tx) => {
    if (clientId === COMMAND_LINE) await ensureCommandLine(tx, clientId, now)
    const expiresAt = expiresInSeconds === undefined ? null : after(now, expiresInSeconds)
    const id = world.ids.next<GrantId>()
    await insertGrant(tx, { id, accountId, clientId, scopes: textOf(scopes), now, expiresAt })
    return mint(tx, { grantId: id, scopes, now, accessExpiresAt: expiresAt, dpopJkt: null })
  })
}

export interface Minting {
  readonly grantId: GrantId
  readonly scopes: Scopes
  readonly now: Date
  readonly accessExpiresAt: Date | null
  readonly dpopJkt: string | null
  /** with a refresh token that lives until then */
  readonly refresh?: { readonly scopes: Scopes; readonly expiresAt: Date | null }
}

/** Makes the tokens of a grant. */
export async function mint(tx: Tx, minting: Minting): Promise<Issued> {
  const { grantId, scopes, now, accessExpiresAt, dpopJkt, refresh } = minting
  const accessToken = newToken()
  const refreshToken = refresh && newToken()
  const common = { grantId, dpopJkt, now }
  await insertTokens(tx, [
    {
      ...common,
      kind: 'access',
      tokenHash: hashOf(accessToken),
      scopes: textOf(scopes),
      expiresAt: accessExpiresAt,
    },
    ...(refreshToken === undefined
      ? []
      : [
          {
            ...common,
            kind: 'refresh' as const,
            tokenHash: hashOf(refreshToken),
            scopes: textOf(refresh?.scopes ?? scopes),
            expiresAt: refresh?.expiresAt ?? null,
          },
        ]),
  ])
  return { accessToken, refreshToken, issuedAt: now, expiresAt: accessExpiresAt, grantId, scopes, dpopJkt }
}

export function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000)
}

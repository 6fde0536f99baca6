import { Secret, TOTP } from 'otpauth'
import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { endEverywhere } from './end-everywhere.ts'
import { ensureRecoveryCodes } from './recovery-codes.ts'
import { findAuthenticator, putAuthenticator, useStep } from './second-factor-store.ts'
import { seal, unseal, type Vault } from './vault.ts'

/** What every authenticator app reads (RFC 6238 with its defaults). */
const KIND = { algorithm: 'SHA1', digits: 6, period: 30 } as const
const SECRET_BYTES = 20
/** Clocks differ: the code before and the one after hold, too. */
const WINDOW = 1
const SETUP_MS = 15 * 60_000

/** What somebody puts into an app before its first code makes it count. */
export interface AuthenticatorSetup {
  /** in base32, for typing */
  readonly secret: string
  /** `otpauth://…`, for a QR code */
  readonly uri: string
  /** the same secret, readable by this server alone: nothing is stored until a code has proven it */
  readonly sealed: string
}

type Owner = { readonly id: AccountId; readonly name: string }
type Parts = Pick<World, 'clock' | 'uris'> & Vault

/** Thinks of a secret for an app, or goes on with one that was thought of before. */
export function newAuthenticator(parts: Parts, account: Owner, earlier?: string): AuthenticatorSetup {
  const known = earlier === undefined ? undefined : openSetup(parts, account, earlier)
  const secret = known ?? new Secret({ size: SECRET_BYTES })
  const totp = new TOTP({ ...KIND, issuer: parts.uris.handleHost, label: account.name, secret })
  return {
    secret: secret.base32,
    uri: totp.toString(),
    sealed: known && earlier !== undefined ? earlier : sealSetup(parts, account, secret),
  }
}

/**
 * From now on the account asks for codes of this app, once it has shown that it has them. All sessions and all that apps
 * were given ends, the asker's own included.
 * @returns recovery codes, when these are the first
 * @throws Refusal `factor.stale` when setting up took too long, `factor.wrong`
 */
export async function addAuthenticator(
  world: Pick<World, 'db'> & Parts,
  account: Owner,
  input: { readonly sealed: string; readonly code: string },
): Promise<readonly string[] | undefined> {
  const secret = openSetup(world, account, input.sealed) ?? refuse('factor.stale')
  const now = world.clock.now()
  const lastStep = stepOf(secret, input.code, now) ?? refuse('factor.wrong')
  const secretSealed = seal(world, Buffer.from(secret.bytes), boundTo(account.id))
  return transact(world.db, async (tx) => {
    await putAuthenticator(tx, { accountId: account.id, secretSealed, lastStep, now })
    const codes = await ensureRecoveryCodes(world, tx, account.id)
    await endEverywhere(tx, account.id)
    return codes
  })
}

/** Takes a code of the account's app. None is taken twice, nor one from before the last that was. */
export async function takeAuthenticatorCode(
  world: Pick<World, 'db' | 'clock'> & Vault,
  accountId: AccountId,
  code: string,
): Promise<boolean> {
  const stored = await findAuthenticator(world.db, accountId)
  const bytes = stored && unseal(world, stored.secretSealed, boundTo(accountId))
  if (!bytes) return false
  const step = stepOf(new Secret({ buffer: Uint8Array.from(bytes).buffer }), code, world.clock.now())
  return step !== undefined && useStep(world.db, accountId, step)
}

/** Which half minute a code is of, if it is of one near enough. */
function stepOf(secret: Secret, typed: string, now: Date): number | undefined {
  const token = typed.replace(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return undefined
  const timestamp = now.getTime()
  const delta = TOTP.validate({ ...KIND, token, secret, timestamp, window: WINDOW })
  return delta === null ? undefined : TOTP.counter({ period: KIND.period, timestamp }) + delta
}

function sealSetup(parts: Parts, account: Owner, secret: Secret): string {
  const until = parts.clock.now().getTime() + SETUP_MS
  const text = JSON.stringify({ until, secret: secret.base32 })
  return seal(parts, Buffer.from(text), `setup ${boundTo(account.id)}`).toString('base64url')
}

function openSetup(parts: Parts, account: Owner, sealed: string): Secret | undefined {
  const text = unseal(parts, Buffer.from(sealed, 'base64url'), `setup ${boundTo(account.id)}`)
  if (!text) return undefined
  const { until, secret } = JSON.parse(text.toString()) as { until: number; secret: string }
  return parts.clock.now().getTime() < until ? Secret.fromBase32(secret) : undefined
}

function boundTo(accountId: AccountId): string {
  return `authenticator of ${accountId}`
}

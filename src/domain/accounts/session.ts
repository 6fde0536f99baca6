import { createHash, randomBytes } from 'node:crypto'
import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import type { LocalAccount, Role } from './account.ts'
import { findAccount } from './find.ts'
import {
  deleteExpiredSessions,
  deleteSession,
  deleteSessionNamed,
  deleteSessionsBut,
  findStoredSession,
  holdPassword,
  holdSessionRow,
  insertSession,
  prolongSession,
  updateProven,
} from './login-store.ts'
import { noteVisit } from './visit.ts'

const DAY = 24 * 60 * 60 * 1000
/** A session ends after this long without a visit. */
export const SESSION_MS = 30 * DAY
/** A visit within the hour is not written down again: reading a page must not cost a write. */
const NOTED_EVERY_MS = 60 * 60 * 1000
/** So long after a password or passkey was given, what protects the account can be changed. */
const FRESH_MS = 10 * 60 * 1000
const NAME_BYTES = 12
const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** Somebody signed in, proven by a session token. */
export interface Session {
  readonly account: LocalAccount
  readonly role: Role
  readonly begunAt: Date
  /** when a password or passkey was last given in it */
  readonly provenAt: Date | null
}

type Stores = Pick<World, 'db' | 'clock' | 'limits'>

/**
 * Begins a session and returns its token: 256 random bits for the visitor's cookie alone, of which only the SHA-256
 * is kept. Every sign-in has a new one, whatever the visitor brought along.
 * @param passwordHash of the password that was right a moment ago
 * @throws Refusal `login.wrong` when it has changed since
 */
export async function openSession(
  world: Stores,
  accountId: AccountId,
  userAgent: string | undefined,
  passwordHash?: string,
): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const now = world.clock.now()
  await transact(world.db, async (tx) => {
    if (passwordHash !== undefined && !(await holdPassword(tx, accountId, passwordHash)))
      refuse('login.wrong')
    await deleteExpiredSessions(tx, accountId, now)
    await insertSession(tx, {
      tokenHash: hashOf(token),
      accountId,
      now,
      expiresAt: new Date(now.getTime() + SESSION_MS),
      userAgent: userAgent?.slice(0, 200) ?? null,
    })
  })
  await noteVisit(world, accountId)
  return token
}

/** Who this token belongs to; undefined when it has run out, was ended, or its account may not sign in any more. */
export async function findSession(world: Stores, token: string): Promise<Session | undefined> {
  if (!TOKEN.test(token)) return undefined
  const { db, clock } = world
  const now = clock.now()
  const tokenHash = hashOf(token)
  const stored = await findStoredSession(db, tokenHash, now)
  if (!stored) return undefined
  if (now.getTime() - stored.seenAt.getTime() > NOTED_EVERY_MS) {
    await prolongSession(db, tokenHash, { now, expiresAt: new Date(now.getTime() + SESSION_MS) })
    await noteVisit(world, stored.accountId)
  }
  const account = await findAccount(db, stored.accountId)
  return account?.local
    ? {
        account: account as LocalAccount,
        role: stored.role,
        begunAt: stored.begunAt,
        provenAt: stored.provenAt,
      }
    : undefined
}

/**
 * Lets a session not end before the transaction has: whoever ends it then finds all that was done in it.
 * @throws Refusal `login.required` when it has ended
 */
export async function holdSession(tx: Tx, accountId: AccountId, token: string, now: Date): Promise<void> {
  if (!TOKEN.test(token) || !(await holdSessionRow(tx, accountId, hashOf(token), now)))
    refuse('login.required')
}

/** Ends one session. A token that is none does nothing. */
export async function closeSession(world: Pick<World, 'db'>, token: string): Promise<void> {
  await deleteSession(world.db, hashOf(token))
}

/** Ends one session of an account, by its name. */
export async function endSession(
  world: Pick<World, 'db'>,
  accountId: AccountId,
  name: string,
): Promise<void> {
  const start = Buffer.from(name, 'base64url')
  if (start.length === NAME_BYTES) await deleteSessionNamed(world.db, accountId, start)
}

/** Ends every session of an account but this one. */
export async function endOtherSessions(
  world: Pick<World, 'db'>,
  accountId: AccountId,
  token: string,
): Promise<void> {
  await deleteSessionsBut(world.db, accountId, hashOf(token))
}

/** Notes that the password, or a passkey, has just been given in this session. */
export async function proveSession(world: Pick<World, 'db' | 'clock'>, token: string): Promise<void> {
  await updateProven(world.db, hashOf(token), world.clock.now())
}

/** Whether somebody has proven lately enough who they are to change what protects the account. */
export function isFresh({ provenAt }: Pick<Session, 'provenAt'>, now: Date): boolean {
  return provenAt !== null && now.getTime() - provenAt.getTime() <= FRESH_MS
}

/** By what its owner can say which session is meant: the beginning of the token's hash, which gives no access. */
export function sessionName(tokenHash: Buffer): string {
  return tokenHash.subarray(0, NAME_BYTES).toString('base64url')
}

export function nameOfToken(token: string): string {
  return sessionName(hashOf(token))
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

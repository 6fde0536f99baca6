import { createHash, randomBytes } from 'node:crypto'
import type { AccountId } from '../../base/ids.ts'
import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import type { LocalAccount, Role } from './account.ts'
import { findAccount } from './find.ts'
import {
  deleteExpiredSessions,
  deleteSession,
  deleteSessionsOf,
  findStoredSession,
  insertSession,
  prolongSession,
} from './login-store.ts'
import { noteVisit } from './visit.ts'

const DAY = 24 * 60 * 60 * 1000
/** A session ends after this long without a visit. */
export const SESSION_MS = 30 * DAY
/** A visit within the hour is not written down again: reading a page must not cost a write. */
const NOTED_EVERY_MS = 60 * 60 * 1000
const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** Somebody signed in, proven by a session token. */
export interface Session {
  readonly account: LocalAccount
  readonly role: Role
  readonly begunAt: Date
}

type Stores = Pick<World, 'db' | 'clock' | 'limits'>

/**
 * Begins a session and returns its token: 256 random bits for the visitor's cookie alone, of which only the SHA-256
 * is kept. Every sign-in has a new one, whatever the visitor brought along.
 */
export async function openSession(
  world: Stores,
  accountId: AccountId,
  userAgent: string | undefined,
): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const now = world.clock.now()
  await transact(world.db, async (tx) => {
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
    ? { account: account as LocalAccount, role: stored.role, begunAt: stored.begunAt }
    : undefined
}

/** Ends one session. A token that is none does nothing. */
export async function closeSession(world: Pick<World, 'db'>, token: string): Promise<void> {
  await deleteSession(world.db, hashOf(token))
}

/** Ends every session of an account, on all its devices. */
export async function closeAllSessions(world: Pick<World, 'db'>, accountId: AccountId): Promise<void> {
  await deleteSessionsOf(world.db, accountId)
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

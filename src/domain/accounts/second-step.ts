import { createHash, randomBytes } from 'node:crypto'
import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { findLogin, holdPassword } from './login-store.ts'
import {
  countAttempt,
  deleteSecondStep,
  type Factors,
  findFactors,
  findSecondStepOf,
  insertSecondStep,
} from './second-factor-store.ts'
import { openSession } from './session.ts'

const STEP_MS = 10 * 60_000
const ATTEMPTS = 5
const TOKEN = /^[A-Za-z0-9_-]{43}$/

type Stores = Pick<World, 'db' | 'clock'>

/** Somebody who gave the right password, and what they may give now. */
export interface SecondStep {
  readonly accountId: AccountId
  readonly factors: Factors
}

/**
 * After the right password: a token for this browser alone, with which the sign-in goes on. It gives access to nothing.
 * @throws Refusal `login.wrong` when the password has changed since
 */
export async function beginSecondStep(
  world: Stores,
  accountId: AccountId,
  passwordHash: string,
): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const now = world.clock.now()
  const expiresAt = new Date(now.getTime() + STEP_MS)
  await transact(world.db, async (tx) => {
    if (!(await holdPassword(tx, accountId, passwordHash))) refuse('login.wrong')
    await insertSecondStep(tx, { tokenHash: hashOf(token), accountId, expiresAt }, now)
  })
  return token
}

/** @throws Refusal `factor.step-over` when it took too long, or too many codes were wrong */
export async function requireSecondStep(world: Stores, token: string | undefined): Promise<SecondStep> {
  if (token === undefined || !TOKEN.test(token)) refuse('factor.step-over')
  const accountId = await findSecondStepOf(world.db, hashOf(token), limitsAt(world))
  if (accountId === undefined) return refuse('factor.step-over')
  return { accountId, factors: await findFactors(world.db, accountId) }
}

/** Before a code or passkey is looked at, so that as many at once count as many. */
export async function countSecondAttempt(world: Stores, token: string): Promise<void> {
  if (!(await countAttempt(world.db, hashOf(token), limitsAt(world)))) refuse('factor.step-over')
}

/**
 * After the right second factor: begins the session, once.
 * @throws Refusal `factor.step-over`, `login.disabled`
 */
export async function finishSecondStep(
  world: Stores & Pick<World, 'limits'>,
  token: string,
  step: SecondStep,
  userAgent: string | undefined,
): Promise<string> {
  return transact(world.db, async (tx) => {
    // Whoever ends all sessions ends begun ones first, and so waits for this one to be there.
    if (!(await deleteSecondStep(tx, hashOf(token)))) refuse('factor.step-over')
    const login = await findLogin(tx, step.accountId)
    if (!login || login.disabled) refuse('login.disabled')
    return openSession({ ...world, db: tx }, step.accountId, userAgent)
  })
}

function limitsAt({ clock }: Pick<World, 'clock'>) {
  return { now: clock.now(), attempts: ATTEMPTS }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

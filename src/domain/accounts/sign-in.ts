import { handleFrom } from '../../base/handles.ts'
import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Db } from '../../db/connect.ts'
import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { findLoginByEmail, findLoginByName, type Login } from './login-store.ts'
import { verifyPassword } from './password.ts'
import { enqueueMail } from './registration.ts'
import { claimReminder } from './registration-store.ts'
import { isGuarded } from './second-factor.ts'
import { findFactors } from './second-factor-store.ts'
import { beginSecondStep } from './second-step.ts'
import { openSession } from './session.ts'

export interface SignIn {
  /** `name`, `@name`, `name@host` of this server, or the e-mail address */
  readonly login: string
  readonly password: string
  readonly userAgent?: string | undefined
}

/** A session, or the way to one: `complete` says which the token is of. */
export interface SignedIn {
  readonly complete: boolean
  readonly token: string
}

/**
 * Checks a password and begins a session or, for who has a second factor, the step in which it is asked for. An unknown
 * name, an account without a password and a wrong password are refused with the same code after the same work; whether
 * there is a second factor is looked up only after that.
 * Who has yet to confirm their e-mail address is sent the link again.
 * @throws Refusal `login.wrong`, or `login.disabled` | `login.unconfirmed` | `login.unapproved` once the password was right
 */
export async function signIn(
  world: Pick<World, 'db' | 'clock' | 'limits' | 'uris'>,
  input: SignIn,
): Promise<SignedIn> {
  const login = await findLoginFor(world.db, world.uris.handleHost, input.login)
  const right = await verifyPassword(input.password, login?.passwordHash)
  if (!login?.passwordHash || !right) refuse('login.wrong')
  if (login.disabled) refuse('login.disabled')
  const { accountId, passwordHash } = login
  if (login.waitsFor === 'confirmation') await remind(world, accountId)
  if (login.waitsFor) refuse(login.waitsFor === 'approval' ? 'login.unapproved' : 'login.unconfirmed')
  return isGuarded(await findFactors(world.db, accountId))
    ? { complete: false, token: await beginSecondStep(world, accountId, passwordHash) }
    : { complete: true, token: await openSession(world, accountId, input.userAgent, passwordHash) }
}

/** Not more often than letters are of use. */
const REMINDED_EVERY_MS = 10 * 60_000

async function remind({ db, clock }: Pick<World, 'db' | 'clock'>, accountId: AccountId): Promise<void> {
  await transact(db, async (tx) => {
    const now = clock.now()
    const before = new Date(now.getTime() - REMINDED_EVERY_MS)
    if (await claimReminder(tx, accountId, now, before)) await enqueueMail(tx, { what: 'confirm', accountId })
  })
}

async function findLoginFor(db: Db, handleHost: string, text: string): Promise<Login | undefined> {
  const handle = handleFrom(text)
  if (handle && (handle.host === null || handle.host === handleHost)) {
    const byName = await findLoginByName(db, handle.name)
    if (byName) return byName
  }
  const email = text.trim()
  return email.includes('@') ? findLoginByEmail(db, email) : undefined
}

import { isLocalName, isReservedName } from '../../base/handles.ts'
import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { World } from '../world.ts'
import type { LocalAccount, Role } from './account.ts'
import { findAccount } from './find.ts'
import { insertLogin } from './login-store.ts'
import { hashPassword } from './password.ts'
import { insertKeys, insertLocalAccount } from './store.ts'

export interface Registration {
  readonly name: string
  readonly displayName?: string
  readonly email?: string
  /** without one nobody can sign in, but the command line can act for the account */
  readonly password?: string
  readonly role?: Role
  readonly manuallyApprovesFollowers?: boolean
  /** acts by itself: a Service to others */
  readonly bot?: boolean
}

/** Whether a message arrives there nobody can tell from its form; but what has none is a slip of the keyboard. */
const EMAIL = /^[^\s@<>()",;:\\]{1,64}@[^\s@<>()",;:\\.]+(?:\.[^\s@<>()",;:\\.]+)+$/u

/** Creates a person of ours with keys and login. Refuses a name that is or ever was taken, in any case. */
export async function registerAccount(world: World, input: Registration): Promise<LocalAccount> {
  const { db, clock, ids, uris, keyring } = world
  if (!isLocalName(input.name)) refuse('account.name-invalid', { name: input.name })
  const privileged = input.role === 'owner' || input.role === 'admin'
  if (input.email !== undefined && !EMAIL.test(input.email)) refuse('account.email-invalid')
  if (isReservedName(input.name) && !privileged) refuse('account.name-taken', { name: input.name })

  // Slow work comes before the transaction.
  const passwordHash = input.password === undefined ? null : await hashPassword(input.password)
  const id = ids.next<AccountId>()
  const keys = await keyring.generate(id)

  return refusingClashes(() =>
    transact(db, async (tx) => {
      const inserted = await insertLocalAccount(tx, {
        id,
        uri: uris.actor(id),
        kind: input.bot ? 'service' : 'person',
        name: input.name,
        url: uris.profile(input.name),
        displayName: input.displayName ?? '',
        followersUrl: uris.followers(id),
        followingUrl: uris.following(id),
        createdAt: clock.now(),
        manuallyApprovesFollowers: input.manuallyApprovesFollowers ?? false,
      })
      if (!inserted) refuse('account.name-taken', { name: input.name })
      await insertKeys(tx, id, keys)
      await insertLogin(tx, {
        accountId: id,
        email: input.email ?? null,
        passwordHash,
        role: input.role ?? 'user',
        now: clock.now(),
      })
      await record(world, tx, { type: 'account.registered', accountId: id })
      return (await findAccount(tx, id)) as LocalAccount
    }),
  )
}

/** What two people at once can clash on is decided by unique indexes (SQLSTATE 23505), whoever commits first. */
async function refusingClashes<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, constraint } = error as { code?: unknown; constraint?: unknown }
    if (code === '23505' && constraint === 'login_email') refuse('account.email-taken')
    if (code === '23505' && constraint === 'login_owner') refuse('account.owner-exists')
    throw error
  }
}

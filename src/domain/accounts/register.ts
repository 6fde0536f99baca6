import { isEmail } from '../../base/emails.ts'
import { isLocalName, isReservedName } from '../../base/handles.ts'
import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { World } from '../world.ts'
import type { LocalAccount, Role, SealedKey } from './account.ts'
import { findAccount } from './find.ts'
import { insertLogin, type NewLogin } from './login-store.ts'
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

/** Creates a person of ours with keys and login. Refuses a name that is or ever was taken, in any case. */
export async function registerAccount(world: World, input: Registration): Promise<LocalAccount> {
  const privileged = input.role === 'owner' || input.role === 'admin'
  if (!isLocalName(input.name)) refuse('account.name-invalid', { name: input.name })
  if (input.email !== undefined && !isEmail(input.email)) refuse('account.email-invalid')
  if (isReservedName(input.name) && !privileged) refuse('account.name-taken', { name: input.name })
  const newcomer = await prepareNewcomer(world, input)
  return refusingClashes(() =>
    transact(world.db, async (tx) => {
      await insertNewcomer(world, tx, newcomer, { email: input.email ?? null, role: input.role ?? 'user' })
      await record(world, tx, { type: 'account.registered', accountId: newcomer.id })
      return (await findAccount(tx, newcomer.id)) as LocalAccount
    }),
  )
}

/** Somebody about to have an account here, with what takes long to make. */
export interface Newcomer extends Pick<Registration, 'displayName' | 'manuallyApprovesFollowers' | 'bot'> {
  readonly id: AccountId
  readonly name: string
  readonly passwordHash: string | null
  readonly keys: readonly SealedKey[]
}

/** The slow work, which comes before the transaction: the password's hash and the keys. */
export async function prepareNewcomer(
  { ids, keyring }: Pick<World, 'ids' | 'keyring'>,
  input: Registration,
): Promise<Newcomer> {
  const passwordHash = input.password === undefined ? null : await hashPassword(input.password)
  const id = ids.next<AccountId>()
  return { ...input, id, passwordHash, keys: await keyring.generate(id) }
}

/**
 * Writes them down, within the caller's transaction.
 * @throws Refusal `account.name-taken`
 */
export async function insertNewcomer(
  { clock, uris }: Pick<World, 'clock' | 'uris'>,
  tx: Tx,
  { id, name, passwordHash, keys, ...more }: Newcomer,
  login: Omit<NewLogin, 'accountId' | 'passwordHash' | 'now'>,
): Promise<void> {
  const now = clock.now()
  const inserted = await insertLocalAccount(tx, {
    id,
    uri: uris.actor(id),
    kind: more.bot ? 'service' : 'person',
    name,
    url: uris.profile(name),
    displayName: more.displayName ?? '',
    followersUrl: uris.followers(id),
    followingUrl: uris.following(id),
    createdAt: now,
    manuallyApprovesFollowers: more.manuallyApprovesFollowers ?? false,
  })
  if (!inserted) refuse('account.name-taken', { name })
  await insertKeys(tx, id, keys)
  await insertLogin(tx, { ...login, accountId: id, passwordHash, now })
}

/** What two people at once can clash on is decided by unique indexes (SQLSTATE 23505), whoever commits first. */
export async function refusingClashes<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, constraint } = error as { code?: unknown; constraint?: unknown }
    if (code === '23505' && constraint === 'login_email') refuse('account.email-taken')
    if (code === '23505' && constraint === 'login_owner') refuse('account.owner-exists')
    throw error
  }
}

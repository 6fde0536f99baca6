import { isEmail } from '../../base/emails.ts'
import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { isEmailBlocked } from '../moderation/registration-blocks.ts'
import type { World } from '../world.ts'
import { endEverywhere } from './end-everywhere.ts'
import { linkHolds, readLink } from './mail-links.ts'
import { refusingClashes } from './register.ts'
import { comeIn, enqueueMail } from './registration.ts'
import { findRegistrant, type Registrant } from './registration-find.ts'
import { lockRegistrant, writeConfirmed, writeUnconfirmedEmail } from './registration-store.ts'
import type { Vault } from './vault.ts'

/** What a confirmation link is about: it holds for one address of one account. */
export function confirmState({ unconfirmedEmail }: Pick<Registrant, 'unconfirmedEmail'>): string {
  return (unconfirmedEmail ?? '').toLowerCase()
}

/** Whose address a link would confirm. @throws Refusal `link.over` when it holds no more, or never did */
export async function requireConfirmation(
  world: Pick<World, 'db' | 'clock'>,
  vault: Vault,
  token: string,
): Promise<Registrant> {
  const link = readLink(token)
  const registrant = link && (await findRegistrant(world.db, link.accountId))
  return link && registrant && isGood(world, vault, link, registrant) ? registrant : refuse('link.over')
}

/**
 * Takes an e-mail address as somebody's own: they have got what was sent there.
 * @returns whether they may come in now, still wait for approval, or were here already; then they are signed out
 * @throws Refusal `link.over`, `account.email-taken`
 */
export async function confirmEmail(
  world: World,
  vault: Vault,
  token: string,
): Promise<'ready' | 'approval' | 'changed'> {
  const link = readLink(token) ?? refuse('link.over')
  return refusingClashes(() =>
    transact(world.db, async (tx) => {
      const registrant = await lockRegistrant(tx, link.accountId)
      if (!registrant || !isGood(world, vault, link, registrant)) return refuse('link.over')
      await writeConfirmed(tx, registrant.id, registrant.unconfirmedEmail as string, world.clock.now())
      if (registrant.confirmedAt === null) return goOn(world, tx, registrant)
      // What guards the account has changed.
      await endEverywhere(tx, registrant.id)
      return 'changed' as const
    }),
  )
}

/**
 * Lets somebody who is here already have another e-mail address, or their first: once they have confirmed it. Whoever
 * reads what goes to the address so far is told.
 * @throws Refusal `account.email-invalid`, `registration.email-blocked`
 */
export async function changeEmail(
  world: Pick<World, 'db'>,
  accountId: AccountId,
  email: string,
): Promise<void> {
  await requireGoodEmail(world, email)
  await transact(world.db, async (tx) => {
    const registrant = await lockRegistrant(tx, accountId)
    if (!registrant || registrant.email === email) return
    await writeUnconfirmedEmail(tx, accountId, email)
    await enqueueMail(tx, { what: 'confirm', accountId })
    if (registrant.email !== null) await enqueueMail(tx, { what: 'moving', accountId })
  })
}

/**
 * Sends the link once more; to another address if one is given, as long as none has been confirmed.
 * @throws Refusal `email.confirmed`, `account.email-invalid`, `registration.email-blocked`
 */
export async function resendConfirmation(
  world: Pick<World, 'db'>,
  accountId: AccountId,
  email?: string,
): Promise<void> {
  if (email !== undefined) await requireGoodEmail(world, email)
  await transact(world.db, async (tx) => {
    const registrant = await lockRegistrant(tx, accountId)
    if (!registrant?.unconfirmedEmail) return refuse('email.confirmed')
    // Another address for who is here already takes their password: `changeEmail`.
    if (email !== undefined && registrant.confirmedAt !== null) return refuse('email.confirmed')
    if (email !== undefined) await writeUnconfirmedEmail(tx, accountId, email)
    await enqueueMail(tx, { what: 'confirm', accountId })
  })
}

async function requireGoodEmail({ db }: Pick<World, 'db'>, email: string): Promise<void> {
  if (!isEmail(email)) refuse('account.email-invalid')
  if (await isEmailBlocked(db, email)) refuse('registration.email-blocked')
}

function isGood(
  { clock }: Pick<World, 'clock'>,
  vault: Vault,
  link: NonNullable<ReturnType<typeof readLink>>,
  registrant: Registrant,
): boolean {
  return (
    registrant.unconfirmedEmail !== null &&
    linkHolds(vault, 'confirm', link, confirmState(registrant), clock.now())
  )
}

async function goOn(world: World, tx: Tx, registrant: Registrant): Promise<'ready' | 'approval'> {
  if (registrant.approvedAt !== null) await comeIn(world, tx, registrant)
  else await record(world, tx, { type: 'account.waits', accountId: registrant.id })
  return registrant.approvedAt === null ? 'approval' : 'ready'
}

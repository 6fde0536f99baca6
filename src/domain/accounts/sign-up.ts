import { Refusal, refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { findInvite, hashOfCode, isOpen } from '../invites/find.ts'
import { countUse } from '../invites/store.ts'
import { registrationNeedsApproval, registrationRefusedBy } from '../moderation/registration-blocks.ts'
import type { World } from '../world.ts'
import type { LocalAccount } from './account.ts'
import { findAccount } from './find.ts'
import type { Waiting } from './login-store.ts'
import { addRestriction } from './moderation-store.ts'
import { insertNewcomer, type Newcomer, prepareNewcomer, refusingClashes } from './register.ts'
import { enqueueMail } from './registration.ts'
import { type Fault, faultsOf, TAKEN, type Wish } from './sign-up-faults.ts'

/** How people may come in here by themselves, as the operator decided. */
export interface Door {
  readonly registration: 'open' | 'approval' | 'invite' | 'closed'
  /** whether letters can be sent; without, no address needs to be confirmed */
  readonly mail: boolean
}

/** What somebody says who wants an account, and how they come. */
export interface SignUp extends Wish {
  readonly inviteCode?: string | undefined
  /** the app in which they sign up */
  readonly clientId?: string | undefined
  /** where the request comes from, as the trusted proxies say */
  readonly ip?: string | undefined
}

export interface SignUpSetting {
  readonly door: Door
  /** whether an address has to be given, be it only kept */
  readonly emailNeeded: boolean
  /** Called once all is in order and before the work that costs; refuses who asks too often. */
  readonly spend: () => Promise<void>
}

export type SignedUp =
  | { readonly faults: readonly Fault[] }
  | { readonly account: LocalAccount; readonly waitsFor: Waiting | undefined }

/**
 * Makes an account for somebody who asks for one. As long as it waits for its address to be confirmed, or for somebody
 * to approve it, nobody sees it and it cannot be used. Whether an e-mail address is somebody's already is not said here:
 * that stands in the letter that goes there.
 * @throws Refusal `registration.closed` | `registration.invite` | `registration.refused`, and what `spend` throws
 */
export async function signUp(
  world: World,
  input: SignUp,
  { door, emailNeeded, spend }: SignUpSetting,
): Promise<SignedUp> {
  const invited = await requireEntrance(world, door, input.inviteCode)
  const refusedBy = await registrationRefusedBy(world.db, { ip: input.ip, email: input.email })
  if (refusedBy === 'ip') refuse('registration.refused')
  const reasonNeeded = door.registration === 'approval' && !invited
  const needed = { email: emailNeeded, reason: reasonNeeded, emailBlocked: refusedBy === 'email' }
  const faults = await faultsOf(world.db, input, needed)
  if (faults.length > 0) return { faults }
  await spend()
  const approved = invited || (!reasonNeeded && !(await registrationNeedsApproval(world.db, input.ip)))
  const newcomer = await prepareNewcomer(world, { name: input.name, password: input.password })
  const state = { confirmed: !door.mail, approved, invited }
  try {
    return await refusingClashes(() => transact(world.db, (tx) => enter(world, tx, newcomer, input, state)))
  } catch (error) {
    // Somebody else was quicker.
    if (error instanceof Refusal && error.code === 'account.name-taken') return { faults: [TAKEN] }
    throw error
  }
}

/** Whether somebody may come in at all, and whether by an invitation; of that, any that is given has to be good. */
export async function requireEntrance(
  { db, clock }: Pick<World, 'db' | 'clock'>,
  { registration }: Door,
  code: string | undefined,
): Promise<boolean> {
  if (registration === 'closed') refuse('registration.closed')
  const invite = code ? await findInvite(db, code) : undefined
  if (code && !(invite && isOpen(invite, clock.now()))) refuse('registration.invite')
  if (registration === 'invite' && !invite) refuse('registration.invite')
  return invite !== undefined
}

interface State {
  readonly confirmed: boolean
  readonly approved: boolean
  readonly invited: boolean
}

async function enter(
  world: World,
  tx: Tx,
  newcomer: Newcomer,
  input: SignUp,
  { confirmed, approved, invited }: State,
): Promise<SignedUp> {
  const { id } = newcomer
  const now = world.clock.now()
  const inviteId = invited ? await useInvite(tx, input.inviteCode ?? '', now) : null
  await insertNewcomer(world, tx, newcomer, {
    email: null,
    role: 'user',
    signUp: {
      unconfirmedEmail: input.email?.trim() || null,
      confirmedAt: confirmed ? now : null,
      approvedAt: approved ? now : null,
      reason: input.reason?.trim() || null,
      clientId: input.clientId ?? null,
      inviteId,
    },
  })
  const waitsFor = confirmed ? (approved ? undefined : 'approval') : 'confirmation'
  if (waitsFor) await addRestriction(tx, [id], 'suspended', 'waiting', now)
  if (waitsFor === 'confirmation') await enqueueMail(tx, { what: 'confirm', accountId: id })
  else if (waitsFor === 'approval') await record(world, tx, { type: 'account.waits', accountId: id })
  else await record(world, tx, { type: 'account.registered', accountId: id, bySelf: true })
  return { account: (await findAccount(tx, id)) as LocalAccount, waitsFor }
}

async function useInvite(tx: Tx, code: string, now: Date): Promise<number> {
  const hash = hashOfCode(code)
  const id = hash && (await countUse(tx, hash, now))
  return id ?? refuse('registration.invite')
}

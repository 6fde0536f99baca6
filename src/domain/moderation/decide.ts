import type { AccountId, ReportId, StrikeId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { StrikeAction } from '../../db/tables/admin.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { cleanText, cutText } from '../../text/clean.ts'
import type { Account, LocalAccount } from '../accounts/account.ts'
import { deleteAccount } from '../accounts/delete.ts'
import { endEverywhere } from '../accounts/end-everywhere.ts'
import { findAccount } from '../accounts/find.ts'
import { forgetAccount } from '../accounts/forget.ts'
import { findRestrictions } from '../accounts/moderation-find.ts'
import { writeDisabled, writeSensitized } from '../accounts/moderation-store.ts'
import { approveRegistration, enqueueMail, rejectRegistration } from '../accounts/registration.ts'
import type { World } from '../world.ts'
import { type ActName, type Decider, noteAct } from './acts.ts'
import { insertStrike } from './acts-store.ts'
import { blockEmailOf, unblockEmailOf } from './email-blocks.ts'
import { findOpenReportIds, findReport } from './find.ts'
import { resolveWithin } from './report.ts'
import { outranks } from './staff.ts'
import { findRole } from './staff-find.ts'
import { limitAccount, suspendAccount, unlimitAccount, unsuspendAccount } from './suspend.ts'

/** What is decided about somebody. */
export interface Decision {
  /** `none`: they are only warned */
  readonly action: StrikeAction
  /** the report that led to it, which is resolved with it */
  readonly reportId?: ReportId | undefined
  /** what they are told */
  readonly text?: string | undefined
  /** they are told by e-mail as well, unless this is false */
  readonly byMail?: boolean | undefined
}

const ACTS: Readonly<Record<StrikeAction, ActName>> = {
  none: 'account.warn',
  sensitive: 'account.sensitize',
  disable: 'account.disable',
  silence: 'account.silence',
  suspend: 'account.suspend',
}

const LONGEST_TEXT = 5000

/**
 * Warns somebody, or holds them down; the reports about them are resolved with it, and people here are told.
 * @throws Refusal 'account.not-found', 'staff.self', 'staff.rank', 'staff.not-here', 'report.not-found'
 */
export async function decideAbout(
  world: World,
  by: Decider,
  accountId: AccountId,
  { action, reportId, text = '', byMail = true }: Decision,
): Promise<void> {
  const account = await requireSubject(world, by, accountId)
  if (action === 'disable' && !account.local) refuse('staff.not-here')
  const report = reportId && (await findReport(world.db, reportId))
  if (reportId && report?.targetId !== accountId) refuse('report.not-found')
  await inOne(world, async (within, tx) => {
    await carryOut(within, tx, account, action)
    const strikeId = world.ids.next<StrikeId>()
    await insertStrike(tx, {
      id: strikeId,
      accountId,
      byId: by?.id ?? null,
      action,
      text: cutText(cleanText(text).trim(), LONGEST_TEXT),
      reportId: reportId ?? null,
      postIds: [],
      now: world.clock.now(),
    })
    await resolveAll(within, tx, by, account, action, report?.resolvedAt === null ? reportId : undefined)
    await noteAct(world, tx, by, ACTS[action], account.id, nameOf(account))
    if (!account.local) return
    await record(world, tx, { type: 'account.warned', accountId, strikeId })
    if (byMail) await enqueueMail(tx, { what: 'warned', accountId, strikeId })
  })
}

async function carryOut(within: World, tx: Tx, account: Account, action: StrikeAction): Promise<void> {
  if (action === 'silence') await limitAccount(within, account)
  if (action === 'suspend') {
    await suspendAccount(within, account)
    if (account.local) await blockEmailOf(within, tx, account.id)
  }
  if (action === 'disable') {
    await writeDisabled(tx, account.id, within.clock.now())
    await endEverywhere(tx, account.id)
  }
  if (action === 'sensitive') {
    await writeSensitized(tx, account.id, within.clock.now())
    await record(within, tx, { type: 'account.restricted', accountId: account.id })
  }
}

/** A warning answers the report that it is for; whatever goes further answers all about the same account. */
async function resolveAll(
  within: World,
  tx: Tx,
  by: Decider,
  account: Account,
  action: StrikeAction,
  reportId: ReportId | undefined,
): Promise<void> {
  const ids = action === 'none' ? (reportId ? [reportId] : []) : await findOpenReportIds(tx, account.id)
  for (const id of ids) {
    await resolveWithin(within, tx, id, by?.id ?? null)
    await noteAct(within, tx, by, 'report.resolve', id)
  }
}

/** What can be taken back. */
export type Lift = 'sensitive' | 'disable' | 'silence' | 'suspend'

const LIFTS: Readonly<Record<Lift, ActName>> = {
  sensitive: 'account.unsensitize',
  disable: 'account.enable',
  silence: 'account.unsilence',
  suspend: 'account.unsuspend',
}

/**
 * Takes a decision about somebody back. What does not hold them down is taken back without any effect, but for a
 * suspension.
 * @throws Refusal 'account.not-found', 'staff.self', 'staff.rank', 'staff.not-here', 'account.not-restricted'
 */
export async function liftFrom(world: World, by: Decider, accountId: AccountId, what: Lift): Promise<void> {
  const account = await requireSubject(world, by, accountId)
  if (what === 'disable' && !account.local) refuse('staff.not-here')
  const held = await findRestrictions(world.db, accountId)
  if (what === 'silence' && !held?.limitedFor.includes('account')) return
  await inOne(world, async (within, tx) => {
    if (what === 'silence') await unlimitAccount(within, account)
    if (what === 'suspend') {
      await unsuspendAccount(within, account)
      if (account.local) await unblockEmailOf(tx, account.id)
    }
    if (what === 'disable') await writeDisabled(tx, account.id, null)
    if (what === 'sensitive') {
      await writeSensitized(tx, account.id, null)
      await record(within, tx, { type: 'account.restricted', accountId: account.id })
    }
    await noteAct(world, tx, by, LIFTS[what], account.id, nameOf(account))
  })
}

/**
 * Deletes a suspended account for good, and all that it said.
 * @throws Refusal 'account.not-found', 'staff.self', 'staff.rank', 'staff.not-suspended'
 */
export async function removeMember(world: World, by: Decider, accountId: AccountId): Promise<void> {
  const account = await requireSubject(world, by, accountId)
  const held = await findRestrictions(world.db, accountId)
  if (!held?.suspendedFor.includes('account')) refuse('staff.not-suspended')
  await inOne(world, async (within, tx) => {
    if (account.local) await deleteAccount(within, account as LocalAccount)
    else await forgetAccount(within, account)
    await noteAct(world, tx, by, 'account.delete', account.id, nameOf(account))
  })
}

/** Lets somebody in who waits, or turns them away. @throws Refusal 'account.not-found', 'account.not-waiting' */
export async function answerNewcomer(
  world: World,
  by: Decider,
  accountId: AccountId,
  answer: 'approve' | 'reject',
): Promise<void> {
  const account = (await findAccount(world.db, accountId)) ?? refuse('account.not-found')
  await inOne(world, async (within, tx) => {
    if (answer === 'approve') await approveRegistration(within, accountId, by?.id ?? null)
    else await rejectRegistration(within, accountId, by?.id ?? null)
    await noteAct(world, tx, by, `account.${answer}`, accountId, nameOf(account))
  })
}

async function inOne(world: World, work: (within: World, tx: Tx) => Promise<void>): Promise<void> {
  await transact(world.db, (tx) => work({ ...world, db: tx }, tx))
}

/** Nobody decides about themself, nor about whoever has as much to say: so the owner is safe from everybody. */
async function requireSubject({ db }: World, by: Decider, accountId: AccountId): Promise<Account> {
  const account = await findAccount(db, accountId)
  if (!account || (account.local && account.kind === 'application')) return refuse('account.not-found')
  if (by === null) return account
  if (by.id === accountId) refuse('staff.self')
  const role = account.local ? await findRole(db, accountId) : 'user'
  return outranks(by.role, role ?? 'user') ? account : refuse('staff.rank')
}

function nameOf({ name, host }: Account): string {
  return host === null ? name : `${name}@${host}`
}

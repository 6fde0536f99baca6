import { isEmail } from '../../base/emails.ts'
import { isLocalName, isReservedName } from '../../base/handles.ts'
import { Refusal, type RefusalCode } from '../../base/refusal.ts'
import type { Db } from '../../db/connect.ts'
import { checkPassword } from './password.ts'
import { isNameTaken } from './registration-find.ts'

/** What somebody says who wants an account. */
export interface Wish {
  readonly name: string
  readonly email?: string | undefined
  readonly password: string
  /** with the rules */
  readonly agreed: boolean
  /** why they want to come in */
  readonly reason?: string | undefined
}

/** One thing that is wrong with what somebody said who wants an account. */
export interface Fault {
  readonly field: 'name' | 'email' | 'password' | 'agreed' | 'reason'
  readonly fault:
    | 'blank'
    | 'invalid'
    | 'taken'
    | 'reserved'
    | 'blocked'
    | 'accepted'
    | 'too_short'
    | 'too_long'
  /** says the same to people */
  readonly code: RefusalCode
  readonly details: Refusal['details']
}

export interface Needed {
  readonly email: boolean
  readonly reason: boolean
  /** the address is one that nobody may come in with */
  readonly emailBlocked: boolean
}

export const LONGEST_NAME = 30
export const LONGEST_REASON = 2000

export const TAKEN: Fault = { field: 'name', fault: 'taken', code: 'account.name-taken', details: {} }

/** All that is wrong, in the order of the fields. */
export async function faultsOf(db: Db, input: Wish, needed: Needed): Promise<readonly Fault[]> {
  const found = [
    await ofName(db, input.name),
    ofEmail(input.email?.trim() ?? '', needed),
    ofPassword(input),
    input.agreed ? undefined : fault('agreed', 'accepted', 'registration.agreement'),
    ofReason(input.reason?.trim() ?? '', needed.reason),
  ]
  return found.filter((each) => each !== undefined)
}

function fault(
  field: Fault['field'],
  what: Fault['fault'],
  code: RefusalCode,
  details: Refusal['details'] = {},
): Fault {
  return { field, fault: what, code, details }
}

async function ofName(db: Db, name: string): Promise<Fault | undefined> {
  if (name === '') return fault('name', 'blank', 'account.name-invalid')
  if (name.length > LONGEST_NAME) return fault('name', 'too_long', 'account.name-invalid')
  if (!isLocalName(name)) return fault('name', 'invalid', 'account.name-invalid')
  if (isReservedName(name)) return fault('name', 'reserved', 'account.name-taken')
  return (await isNameTaken(db, name)) ? TAKEN : undefined
}

function ofEmail(email: string, needed: Needed): Fault | undefined {
  if (email === '') return needed.email ? fault('email', 'blank', 'account.email-invalid') : undefined
  if (!isEmail(email)) return fault('email', 'invalid', 'account.email-invalid')
  return needed.emailBlocked ? fault('email', 'blocked', 'registration.email-blocked') : undefined
}

function ofPassword({ password, name, email }: Wish): Fault | undefined {
  if (password === '') return fault('password', 'blank', 'password.too-short')
  try {
    checkPassword(password, [name, email ?? ''].filter(Boolean))
    return undefined
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const what = { 'password.too-short': 'too_short', 'password.too-long': 'too_long' } as const
    const known = what[error.code as keyof typeof what] ?? 'invalid'
    return fault('password', known, error.code, error.details)
  }
}

function ofReason(reason: string, isNeeded: boolean): Fault | undefined {
  if (reason === '' && isNeeded) return fault('reason', 'blank', 'registration.reason')
  return reason.length > LONGEST_REASON
    ? fault('reason', 'too_long', 'registration.reason-long', { most: LONGEST_REASON })
    : undefined
}

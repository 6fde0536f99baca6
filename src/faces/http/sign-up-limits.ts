import { createHash } from 'node:crypto'
import type { Request } from 'express'
import { refuse } from '../../base/refusal.ts'
import type { Db } from '../../db/connect.ts'
import { type Allowance, tallyOf } from '../../domain/limits/tally.ts'
import { addressOf } from './limits.ts'

const HOUR = 3600

/** How often people may come in, and letters be asked for; counted for all processes together, as `Tally` has it. */
const allowances = {
  /** new accounts from one address, as Mastodon has it */
  signUp: { name: 'door sign-up', points: 5, seconds: 1800 },
  everybody: { name: 'door sign-up of all', points: 600, seconds: HOUR },
  /** letters that are asked for from one address */
  asker: { name: 'door letters', points: 10, seconds: HOUR },
  /** and those to one mailbox, whether it is somebody's or not */
  mailbox: { name: 'door mailbox', points: 5, seconds: HOUR },
} as const satisfies Record<string, Allowance>

export interface SignUpLimitParts {
  readonly db: Db
  readonly config: { readonly rateLimits: boolean }
}

/** Before an account is made. @throws Refusal `request.too-many` */
export async function trySignUp(
  parts: SignUpLimitParts,
  req: Request,
  email: string | undefined,
): Promise<void> {
  await spend(parts, 'signUp', addressOf(req))
  if (email) await spend(parts, 'mailbox', mailboxOf(email))
  await spend(parts, 'everybody', 'all')
}

/** Before a letter is asked for. @throws Refusal `request.too-many` */
export async function tryLetter(parts: SignUpLimitParts, req: Request, email: string): Promise<void> {
  await spend(parts, 'asker', addressOf(req))
  await spend(parts, 'mailbox', mailboxOf(email))
}

async function spend(
  { db, config }: SignUpLimitParts,
  name: keyof typeof allowances,
  key: string,
): Promise<void> {
  if (!config.rateLimits) return
  const { left, until } = await tallyOf(db).count(allowances[name], key)
  if (left < 0)
    refuse('request.too-many', { retryAfterSeconds: Math.max(1, Math.ceil((until - Date.now()) / 1000)) })
}

/** What somebody typed is none of the table's business, and may be of any length. */
function mailboxOf(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('base64url')
}

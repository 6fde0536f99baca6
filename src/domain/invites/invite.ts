import { randomBytes } from 'node:crypto'
import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { World } from '../world.ts'
import { hashOfCode } from './find.ts'
import { insertInvite, markRevoked } from './store.ts'

const CODE_BYTES = 18
const MOST_USES = 100_000

export interface InviteInput {
  /** null: somebody at the command line */
  readonly by: AccountId | null
  /** how many may come in by it; any number, when left out */
  readonly mostUses?: number | undefined
  /** for good, when left out */
  readonly expiresAt?: Date | undefined
}

export interface NewlyInvited {
  readonly id: number
  /** told once, kept as a hash */
  readonly code: string
}

/** Makes an invitation: whoever has its code may make an account. */
export async function createInvite(
  { db, clock }: Pick<World, 'db' | 'clock'>,
  { by, mostUses, expiresAt }: InviteInput,
): Promise<NewlyInvited> {
  const now = clock.now()
  if (mostUses !== undefined && !(Number.isInteger(mostUses) && mostUses > 0 && mostUses <= MOST_USES))
    refuse('invite.uses', { most: MOST_USES })
  if (expiresAt !== undefined && !(expiresAt > now)) refuse('invite.expiry')
  const code = randomBytes(CODE_BYTES).toString('base64url')
  const id = await insertInvite(db, {
    codeHash: hashOfCode(code) as Buffer,
    madeBy: by,
    mostUses: mostUses ?? null,
    expiresAt: expiresAt ?? null,
    now,
  })
  return { id, code }
}

/**
 * Takes an invitation back; who came in by it stays.
 * @param madeBy only one of theirs
 */
export async function revokeInvite(
  { db, clock }: Pick<World, 'db' | 'clock'>,
  id: number,
  madeBy?: AccountId,
): Promise<void> {
  if (!(await markRevoked(db, id, clock.now(), madeBy))) refuse('invite.not-found')
}

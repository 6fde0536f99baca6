import type { AccountId, ModerationActId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { insertAct } from './acts-store.ts'
import type { StaffRole } from './staff.ts'

/** Who decides; null: somebody at the command line, who may do everything. */
export type Decider = { readonly id: AccountId; readonly role: StaffRole } | null

/** What those who look after the server do. */
export type ActName =
  | `account.${'warn' | 'sensitize' | 'disable' | 'silence' | 'suspend' | 'delete' | 'approve' | 'reject'}`
  | 'account.role'
  | `account.${'unsensitize' | 'enable' | 'unsilence' | 'unsuspend'}`
  | `report.${'update' | 'assign' | 'unassign' | 'resolve' | 'reopen'}`
  | `domain-block.${'create' | 'update' | 'remove'}`
  | `domain-allow.${'create' | 'remove'}`
  | `ip-block.${'create' | 'update' | 'remove'}`
  | `email-domain-block.${'create' | 'remove'}`
  | `email-block.${'create' | 'remove'}`
  | 'tag.update'
  | `trend.${'approve' | 'reject'}`

const LONGEST = 500

/**
 * Writes down who decided what, in the transaction of the decision, so that there is no one without the other.
 * @param subject what it is about: an id, a domain, a network
 */
export async function noteAct(
  { ids, clock }: Pick<World, 'ids' | 'clock'>,
  tx: Tx,
  by: { readonly id: AccountId } | null,
  act: ActName,
  subject: string,
  details = '',
): Promise<void> {
  await insertAct(tx, {
    id: ids.next<ModerationActId>(),
    byId: by?.id ?? null,
    act,
    subject,
    details: details.slice(0, LONGEST),
    now: clock.now(),
  })
}

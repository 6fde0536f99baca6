import { refuse } from '../../../base/refusal.ts'
import type { LocalAccount } from '../../../domain/accounts/account.ts'
import { findAccount } from '../../../domain/accounts/find.ts'
import { takeTurn } from '../../../domain/activities/turn.ts'
import type { OutboxHandler, Posting } from './posting.ts'

/**
 * The same for whoever acts as they are at this moment, with nobody else acting for them: what is found to be done, or
 * not to be done yet, is so until it is over.
 */
export function inTurn(handler: OutboxHandler): OutboxHandler {
  return { ...handler, inTurn: true, run: async (posting) => handler.run(await begin(posting)) }
}

async function begin(posting: Posting): Promise<Posting> {
  await takeTurn(posting.tx, posting.actor.id)
  const actor = await findAccount(posting.tx, posting.actor.id)
  if (!actor || actor.suspended) return refuse('account.suspended')
  return { ...posting, actor: actor as LocalAccount }
}

import { hostFrom } from '../../base/handles.ts'
import type { AccountId, EmailBlockId, EmailDomainBlockId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { type Decider, noteAct } from './acts.ts'
import { findEmailOf } from './entry-find.ts'
import {
  deleteEmailBlock,
  deleteEmailBlocksOf,
  deleteEmailDomainBlock,
  insertEmailBlock,
  insertEmailDomainBlock,
} from './entry-store.ts'
import { mailboxHash } from './registration-blocks.ts'

/**
 * Nobody may register with an address of that domain any more, nor below it.
 * @throws Refusal 'domain.invalid', 'block.known'
 */
export async function blockEmailDomain(world: World, by: Decider, text: string): Promise<EmailDomainBlockId> {
  const domain = hostFrom(text.trim().replace(/^@/, '')) ?? refuse('domain.invalid')
  const id = world.ids.next<EmailDomainBlockId>()
  await transact(world.db, async (tx) => {
    if (!(await insertEmailDomainBlock(tx, { id, domain, now: world.clock.now() }))) refuse('block.known')
    await noteAct(world, tx, by, 'email-domain-block.create', domain)
  })
  return id
}

/** @throws Refusal 'not-found' */
export async function unblockEmailDomain(world: World, by: Decider, id: EmailDomainBlockId): Promise<void> {
  await transact(world.db, async (tx) => {
    const domain = (await deleteEmailDomainBlock(tx, id)) ?? refuse('not-found')
    await noteAct(world, tx, by, 'email-domain-block.remove', domain)
  })
}

/** Which mailbox nobody may register with: by the address, or by its hash where the address is not to be known. */
export type Mailbox = { readonly email: string } | { readonly hash: string }

/** @throws Refusal 'email.invalid-block', 'block.known' */
export async function blockEmail(world: World, by: Decider, mailbox: Mailbox): Promise<EmailBlockId> {
  const hash = hashOf(mailbox)
  const id = world.ids.next<EmailBlockId>()
  await transact(world.db, async (tx) => {
    if (!(await insertEmailBlock(tx, { id, hash, accountId: null, now: world.clock.now() })))
      refuse('block.known')
    await noteAct(world, tx, by, 'email-block.create', hash)
  })
  return id
}

/** @throws Refusal 'not-found' */
export async function unblockEmail(world: World, by: Decider, id: EmailBlockId): Promise<void> {
  await transact(world.db, async (tx) => {
    const hash = (await deleteEmailBlock(tx, id)) ?? refuse('not-found')
    await noteAct(world, tx, by, 'email-block.remove', hash)
  })
}

/** @throws Refusal 'email.invalid-block' */
export function hashOf(mailbox: Mailbox): string {
  if ('email' in mailbox) {
    return /^[^@\s]+@[^@\s]+$/.test(mailbox.email.trim())
      ? mailboxHash(mailbox.email)
      : refuse('email.invalid-block')
  }
  const hash = mailbox.hash.toLowerCase()
  return /^[0-9a-f]{64}$/.test(hash) ? hash : refuse('email.invalid-block')
}

/** Whoever is suspended does not come in again with the same address. */
export async function blockEmailOf(
  { ids, clock }: Pick<World, 'ids' | 'clock'>,
  tx: Tx,
  accountId: AccountId,
): Promise<void> {
  const email = await findEmailOf(tx, accountId)
  if (email === undefined) return
  const id = ids.next<EmailBlockId>()
  await insertEmailBlock(tx, { id, hash: mailboxHash(email), accountId, now: clock.now() })
}

export async function unblockEmailOf(tx: Tx, accountId: AccountId): Promise<void> {
  await deleteEmailBlocksOf(tx, accountId)
}

import { hostFrom } from '../../base/handles.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { deleteUserDomainBlock, insertUserDomainBlock } from './store.ts'

/**
 * Keeps an account of ours apart from everybody of a domain and below it. It holds at once; the follows that it ends,
 * which may be many, and what stands in the home are cleared away by a job.
 * @throws Refusal 'domain.invalid' for what is no host, or is this server
 */
export async function blockDomainFor(world: World, account: LocalAccount, domain: string): Promise<void> {
  const host = requireDomain(world, domain)
  await transact(world.db, async (tx) => {
    if (!(await insertUserDomainBlock(tx, account.id, host, world.clock.now()))) return
    await enqueue(tx, [{ kind: 'sever', payload: { domain: host, accountId: account.id, after: '0' } }])
  })
}

export async function unblockDomainFor(world: World, account: LocalAccount, domain: string): Promise<void> {
  const host = requireDomain(world, domain)
  if (!(await deleteUserDomainBlock(world.db, account.id, host))) refuse('domain.not-blocked')
}

/** A host in the spelling that blocks are kept in. Our own is none: nobody shuts themself out. */
export function requireDomain({ uris }: Pick<World, 'uris'>, text: string): string {
  const host = hostFrom(text.replace(/^\*\./, '').replace(/^@/, ''))
  if (host === undefined) return refuse('domain.invalid')
  const ours = [uris.handleHost, new URL(uris.origin).host]
  const isOurs = ours.some((own) => own === host || `.${own.replace(/:\d+$/, '')}`.endsWith(`.${host}`))
  return isOurs ? refuse('domain.invalid') : host
}

import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { notify } from '../../db/notify.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { accountsUnder, type FarAccount } from '../accounts/moderation-find.ts'
import { addRestriction, type Hold, removeRestriction } from '../accounts/moderation-store.ts'
import { requireDomain } from '../blocks/domain.ts'
import { endFollow } from '../follows/answer.ts'
import { followsBetween } from '../follows/find.ts'
import { severFollows } from '../follows/sever.ts'
import type { World } from '../world.ts'
import { type DomainBlock, findVerdicts } from './find.ts'
import { DOMAINS_CHANNEL } from './gate.ts'
import { deleteDomainBlock, upsertDomainBlock } from './store.ts'

export type DomainChange = Partial<Omit<DomainBlock, 'domain'>>

/** The job that carries a domain block out: for the server, or for the one account that made it. */
export interface Severing {
  readonly domain: string
  readonly accountId?: AccountId
  readonly after: AccountId | '0'
}

/**
 * Decides about a domain and everything below it; a decision that is there already is replaced.
 *
 * `suspend` ends all contact at once, in every process: nothing is taken from there, fetched or sent. Its accounts are
 * then hidden and their follows dropped by a job. `limit` keeps them from all but their followers; `none` only does what
 * else is said (`rejectMedia`, `rejectReports`).
 * @returns the domain as it is kept
 */
export async function blockDomain(world: World, domain: string, change: DomainChange): Promise<string> {
  const block: DomainBlock = {
    severity: 'suspend',
    rejectMedia: false,
    rejectReports: false,
    obfuscate: false,
    publicComment: '',
    privateComment: '',
    ...change,
    domain: requireDomain(world, domain),
  }
  await transact(world.db, async (tx) => {
    await upsertDomainBlock(tx, block, world.clock.now())
    await follow(tx, block.domain)
  })
  return block.domain
}

/** Takes a decision back: its accounts are shown again, but for those that something else holds down. */
export async function unblockDomain(world: World, domain: string): Promise<void> {
  const host = requireDomain(world, domain)
  await transact(world.db, async (tx) => {
    if (!(await deleteDomainBlock(tx, host))) refuse('domain.not-blocked')
    await follow(tx, host)
  })
}

async function follow(tx: Tx, domain: string): Promise<void> {
  await notify(tx, DOMAINS_CHANNEL, domain)
  await enqueue(tx, [{ kind: 'sever', payload: { domain, after: '0' } satisfies Severing }])
}

const CHUNK = 200

/** One job to its end, a chunk of accounts in each transaction; it does what holds now, so it may be repeated. */
export async function sever(
  world: World,
  { domain, accountId, after: begin }: Severing,
  onward: (next: Severing) => Promise<void>,
): Promise<void> {
  if (accountId) return severFor(world, accountId, domain)
  for (let after = begin; ; ) {
    const accounts = await accountsUnder(world.db, domain, after, CHUNK)
    if (accounts.length > 0) await settle(world, accounts)
    const last = accounts.at(-1)
    if (accounts.length < CHUNK || !last) return
    after = last.id
    await onward({ domain, after })
  }
}

/** Brings accounts in line with what is decided about their domains now. */
async function settle(world: World, accounts: readonly FarAccount[]): Promise<void> {
  const verdicts = await findVerdicts(
    world.db,
    accounts.flatMap((account) => account.hosts),
  )
  const held = (severity: 'suspend' | 'limit') =>
    accounts.filter(({ hosts }) => hosts.some((host) => verdicts.get(host)?.severity === severity))
  const suspended = held('suspend').map(({ id }) => id)
  const limited = held('limit').map(({ id }) => id)
  await transact(world.db, async (tx) => {
    const changed = [
      ...(await hold(world, tx, accounts, 'suspended', suspended)),
      ...(await hold(world, tx, accounts, 'limited', limited)),
    ]
    await severFollows(world, tx, suspended)
    await record(
      world,
      tx,
      changed.map((id) => ({ type: 'account.restricted', accountId: id })),
    )
  })
}

async function hold(
  world: World,
  tx: Tx,
  accounts: readonly FarAccount[],
  how: Hold,
  ids: readonly AccountId[],
): Promise<readonly AccountId[]> {
  const free = accounts.map(({ id }) => id).filter((id) => !ids.includes(id))
  const added = await addRestriction(tx, ids, how, 'domain', world.clock.now())
  return [...added, ...(await removeRestriction(tx, free, how, 'domain'))]
}

/** Ends what ties one account to a domain; they are told, since to everybody else here they go on speaking. */
async function severFor(world: World, accountId: AccountId, domain: string): Promise<void> {
  for (;;) {
    const pairs = await followsBetween(world.db, accountId, domain, CHUNK)
    for (const pair of pairs) {
      const ours = pair.followerId === accountId
      await transact(world.db, (tx) => endFollow(world, tx, pair, ours ? 'follow.undone' : 'follow.rejected'))
    }
    if (pairs.length < CHUNK) return
  }
}

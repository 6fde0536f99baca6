import type { DomainAllowId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { notify } from '../../db/notify.ts'
import { transact } from '../../db/transact.ts'
import { requireDomain } from '../blocks/domain.ts'
import type { World } from '../world.ts'
import { type Decider, noteAct } from './acts.ts'
import { blockDomain, type DomainChange, unblockDomain } from './domains.ts'
import { deleteDomainAllow, insertDomainAllow } from './entry-store.ts'
import { findDomainBlock } from './find.ts'
import { DOMAINS_CHANNEL } from './gate.ts'

/**
 * Decides about a domain that nothing is decided about yet.
 * @returns the domain as it is kept
 * @throws Refusal 'domain.invalid', 'block.known'
 */
export async function decideAboutDomain(
  world: World,
  by: Decider,
  text: string,
  change: DomainChange,
): Promise<string> {
  const domain = requireDomain(world, text)
  await transact(world.db, async (tx) => {
    if (await findDomainBlock(tx, domain)) refuse('block.known')
    await blockDomain({ ...world, db: tx }, domain, change)
    await noteAct(world, tx, by, 'domain-block.create', domain, change.severity)
  })
  return domain
}

/** The same of one that something may be decided about already: then this holds instead. */
export async function putDomainBlock(
  world: World,
  by: Decider,
  text: string,
  change: DomainChange,
): Promise<string> {
  return transact(world.db, async (tx) => {
    const domain = await blockDomain({ ...world, db: tx }, text, change)
    await noteAct(world, tx, by, 'domain-block.create', domain, change.severity)
    return domain
  })
}

/** Decides otherwise; what is not said stays. @throws Refusal 'not-found' */
export async function changeDomainBlock(
  world: World,
  by: Decider,
  domain: string,
  change: DomainChange,
): Promise<void> {
  await transact(world.db, async (tx) => {
    const known = (await findDomainBlock(tx, domain)) ?? refuse('not-found')
    await blockDomain({ ...world, db: tx }, domain, { ...known, ...change })
    await noteAct(world, tx, by, 'domain-block.update', domain, change.severity ?? known.severity)
  })
}

/** @throws Refusal 'domain.not-blocked' */
export async function removeDomainBlock(world: World, by: Decider, domain: string): Promise<void> {
  await transact(world.db, async (tx) => {
    await unblockDomain({ ...world, db: tx }, domain)
    await noteAct(world, tx, by, 'domain-block.remove', domain)
  })
}

/**
 * Puts a domain, and all below it, on the list of those that there is contact with, where that is with some alone: in
 * every process at once. Where it is with all that are not blocked, the list holds nobody back.
 * @returns the domain; one that is there already is there once
 */
export async function allowDomain(world: World, by: Decider, text: string): Promise<string> {
  const domain = requireDomain(world, text)
  await transact(world.db, async (tx) => {
    const id = world.ids.next<DomainAllowId>()
    if (!(await insertDomainAllow(tx, { id, domain, now: world.clock.now() }))) return
    await notify(tx, DOMAINS_CHANNEL, domain)
    await noteAct(world, tx, by, 'domain-allow.create', domain)
  })
  return domain
}

/** @throws Refusal 'not-found' */
export async function disallowDomain(world: World, by: Decider, id: DomainAllowId): Promise<void> {
  await transact(world.db, async (tx) => {
    const domain = (await deleteDomainAllow(tx, id)) ?? refuse('not-found')
    await notify(tx, DOMAINS_CHANNEL, domain)
    await noteAct(world, tx, by, 'domain-allow.remove', domain)
  })
}

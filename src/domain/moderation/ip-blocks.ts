import ipaddr from 'ipaddr.js'
import type { IpBlockId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { notify } from '../../db/notify.ts'
import type { IpSeverity } from '../../db/tables/admin.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { type Decider, noteAct } from './acts.ts'
import { findIpBlock } from './entry-find.ts'
import { deleteIpBlock, type IpBlockWords, insertIpBlock, updateIpBlock } from './entry-store.ts'
import { IPS_CHANNEL } from './ip-gate.ts'

export interface IpDecision {
  /** an address, or a network: `192.0.2.0/24` */
  readonly address?: string | undefined
  readonly severity?: IpSeverity | undefined
  readonly comment?: string | undefined
  /** null: for ever */
  readonly expiresInSeconds?: number | null | undefined
  /** where the one who decides is, who is not to lock themself out */
  readonly from?: string | undefined
}

const LONGEST_COMMENT = 2000
const LONGEST_SECONDS = 100 * 366 * 86_400

/** @throws Refusal 'ip-block.address', 'params.invalid', 'staff.own-address', 'block.known' */
export async function blockIp(world: World, by: Decider, decision: IpDecision): Promise<IpBlockId> {
  const words = wordsOf(world, decision, undefined)
  const id = world.ids.next<IpBlockId>()
  await transact(world.db, async (tx) => {
    if (!(await insertIpBlock(tx, id, words, world.clock.now()))) refuse('block.known')
    await follow(world, tx, by, 'ip-block.create', words)
  })
  return id
}

/** Decides otherwise about a network; what is not said stays. @throws Refusal 'not-found' and as `blockIp` */
export async function changeIpBlock(
  world: World,
  by: Decider,
  id: IpBlockId,
  decision: IpDecision,
): Promise<void> {
  const known = (await findIpBlock(world.db, id)) ?? refuse('not-found')
  const words = wordsOf(world, decision, known)
  await transact(world.db, async (tx) => {
    const changed = (await updateIpBlock(tx, id, words, world.clock.now())) ?? refuse('not-found')
    if (!changed) refuse('block.known')
    await follow(world, tx, by, 'ip-block.update', words)
  })
}

/** @throws Refusal 'not-found' */
export async function unblockIp(world: World, by: Decider, id: IpBlockId): Promise<void> {
  await transact(world.db, async (tx) => {
    const address = (await deleteIpBlock(tx, id)) ?? refuse('not-found')
    await notify(tx, IPS_CHANNEL, '')
    await noteAct(world, tx, by, 'ip-block.remove', address)
  })
}

async function follow(
  world: World,
  tx: Tx,
  by: Decider,
  act: 'ip-block.create' | 'ip-block.update',
  { address, severity }: IpBlockWords,
): Promise<void> {
  await notify(tx, IPS_CHANNEL, '')
  await noteAct(world, tx, by, act, address, severity)
}

function wordsOf(
  { clock }: Pick<World, 'clock'>,
  decision: IpDecision,
  known: IpBlockWords | undefined,
): IpBlockWords {
  const { comment, expiresInSeconds: seconds, from } = decision
  const network = networkFrom(decision.address ?? known?.address ?? '')
  const severity = decision.severity ?? known?.severity
  if (severity === undefined) return refuse('params.invalid', { reason: 'Severity can’t be blank' })
  if (severity === 'no_access' && from !== undefined && holds(network, from)) refuse('staff.own-address')
  if (comment !== undefined && comment.length > LONGEST_COMMENT)
    refuse('params.invalid', { reason: 'Comment is too long' })
  if (typeof seconds === 'number' && (seconds < 1 || seconds > LONGEST_SECONDS))
    refuse('params.invalid', { reason: 'Expires in is invalid' })
  return {
    address: network,
    severity,
    comment: comment ?? known?.comment ?? '',
    expiresAt:
      seconds === undefined
        ? (known?.expiresAt ?? null)
        : seconds === null
          ? null
          : new Date(clock.now().getTime() + seconds * 1000),
  }
}

/** Wider ones are no decision about anybody. */
const WIDEST = { ipv4: 8, ipv6: 16 } as const
/** As many bits stand before an IPv4 address that is written as IPv6. */
const MAPPED = 96

/** As it is kept: with how many bits count, and none beside them. @throws Refusal 'ip-block.address' */
function networkFrom(text: string): string {
  const written = text.trim()
  const [host = ''] = written.split('/')
  // Neither 10.1 nor 010.0.0.1, which mean something else than they look like.
  if (!ipaddr.IPv4.isValidFourPartDecimal(host) && !ipaddr.IPv6.isValid(host))
    return refuse('ip-block.address')
  if (written !== host && !ipaddr.isValidCIDR(written)) return refuse('ip-block.address')
  const [address, size] = written.includes('/') ? asAsking(ipaddr.parseCIDR(written)) : alone(written)
  const kind = address.kind()
  if (size < WIDEST[kind]) return refuse('ip-block.address')
  const cidr = `${address}/${size}`
  const base =
    kind === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr)
  return `${base}/${size}`
}

type Network = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number]

function alone(written: string): Network {
  const address = ipaddr.process(written)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/** IPv4 addresses that are written as IPv6: nobody asks from these, but from what they mean. */
function asAsking([address, bits]: Network): Network {
  if (!(address instanceof ipaddr.IPv6) || !address.isIPv4MappedAddress()) return [address, bits]
  return bits < MAPPED ? refuse('ip-block.address') : [address.toIPv4Address(), bits - MAPPED]
}

function holds(network: string, address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const [base, bits] = ipaddr.parseCIDR(network)
  const asking = ipaddr.process(address)
  return asking.kind() === base.kind() && asking.match(base, bits)
}

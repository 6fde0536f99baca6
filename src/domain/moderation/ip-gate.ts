import ipaddr from 'ipaddr.js'
import type { Clock } from '../../base/clock.ts'
import type { Db } from '../../db/connect.ts'
import { findShutOut } from './entry-find.ts'

/** Tells at once whether an address has no access at all: asked before any request is answered. */
export interface IpGate {
  /** true as long as nobody is shut out: then nothing need be asked */
  isOpen(): boolean
  shuts(address: string | undefined): boolean
  /** reads the list anew: at the start, and when another process says that it has changed */
  refresh(): Promise<void>
}

/** The channel on which a change of the list is told. */
export const IPS_CHANNEL = 'ips'

/** Should a notification be missed, the list is this old at most once somebody asks. */
const OLDEST_MS = 60_000

interface Network {
  readonly address: ipaddr.IPv4 | ipaddr.IPv6
  readonly bits: number
  readonly until: number
}

/** Holds the networks without access in memory, thousands at most; a list that cannot be read anew goes on to hold. */
export function createIpGate(db: Db, clock: Clock): IpGate {
  let networks: readonly Network[] = []
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined

  async function read(): Promise<void> {
    networks = (await findShutOut(db)).map(({ address, expiresAt }) => {
      const [network, bits] = ipaddr.parseCIDR(address)
      return { address: network, bits, until: expiresAt?.getTime() ?? Number.POSITIVE_INFINITY }
    })
  }

  function refresh(): Promise<void> {
    readAt = clock.now().getTime()
    const started = (reading ?? Promise.resolve()).catch(() => undefined).then(read)
    reading = started
    return started
  }

  return {
    isOpen() {
      if (clock.now().getTime() - readAt > OLDEST_MS) void refresh().catch(() => undefined)
      return networks.length === 0
    },
    shuts(address) {
      if (address === undefined || !ipaddr.isValid(address)) return false
      const now = clock.now().getTime()
      // An IPv4 address that came in by IPv6 is itself.
      const asking = ipaddr.process(address)
      return networks.some((network) => network.until > now && isWithin(asking, network))
    },
    refresh,
  }
}

function isWithin(asking: ipaddr.IPv4 | ipaddr.IPv6, { address, bits }: Network): boolean {
  return asking.kind() === address.kind() && asking.match(address, bits)
}

import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Range = [Address, number]

/**
 * What the special-purpose registries of IANA (RFC 6890 and its successors) keep from the public internet, and what
 * is multicast or reserved.
 */
const REFUSED_V4 = ranges(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
)

/** Of IPv6 only global unicast is public, and of that not everything: Teredo lies in 2001::/23, 6to4 is 2002::/16. */
const GLOBAL_V6 = ranges('2000::/3')
const REFUSED_V6 = ranges('2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '2620:4f:8000::/48')

/** Forms of IPv6 whose last 32 bits are the IPv4 address that is really reached: mapped, compatible, NAT64. */
const EMBEDDING_V4 = ranges('::ffff:0:0/96', '::/96', '64:ff9b::/96')
const MAPPED = ranges('::ffff:0:0/96')

/**
 * - `public`: on the internet
 * - `opened`: in a range that the operator opened by WEFT_ALLOWED_PRIVATE_ADDRESSES
 * - `refused`: private, special or no address at all
 */
export type Verdict = 'public' | 'opened' | 'refused'

export interface AddressFilter {
  /** @param address as a socket has it: dotted IPv4, or IPv6 without brackets */
  judge(address: string): Verdict
  /** whether any range was opened at all */
  readonly opensAny: boolean
}

/**
 * Decides which addresses outbound requests may reach.
 * @param opened CIDR ranges that are private and yet allowed
 * @throws RangeError when one of them is no CIDR range
 */
export function createAddressFilter(opened: readonly string[]): AddressFilter {
  const openedRanges = opened.map(rangeFrom)
  return {
    opensAny: openedRanges.length > 0,
    judge(text) {
      const address = addressFrom(text)
      if (address === undefined) return 'refused'
      if (inAny(address, openedRanges) || inAny(socketAddress(address), openedRanges)) return 'opened'
      return isPublic(address) ? 'public' : 'refused'
    },
  }
}

/** A CIDR range, or a single address as the range of itself. @throws RangeError */
function rangeFrom(text: string): Range {
  try {
    return text.includes('/') ? ipaddr.parseCIDR(text) : [ipaddr.parse(text), isIP(text) === 4 ? 32 : 128]
  } catch {
    throw new RangeError(`not an address range: ${text}`)
  }
}

function ranges(...texts: string[]): Range[] {
  return texts.map(rangeFrom)
}

/** Strict about spelling: what `net.isIP` does not take, and what names a zone, is no address. */
function addressFrom(text: string): Address | undefined {
  return isIP(text) === 0 || text.includes('%') ? undefined : ipaddr.parse(text)
}

function inAny(address: Address, list: readonly Range[]): boolean {
  return list.some(([base, bits]) => address.kind() === base.kind() && address.match([base, bits] as never))
}

/** The operating system reaches a mapped address over IPv4, so a range opened there opens it here. */
function socketAddress(address: Address): Address {
  return inAny(address, MAPPED) ? embedded(address) : address
}

function isPublic(address: Address): boolean {
  if (address.kind() === 'ipv4') return !inAny(address, REFUSED_V4)
  if (inAny(address, EMBEDDING_V4)) return isPublic(embedded(address))
  return inAny(address, GLOBAL_V6) && !inAny(address, REFUSED_V6)
}

function embedded(address: Address): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(-4))
}

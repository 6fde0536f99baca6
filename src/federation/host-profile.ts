/** What a host gets otherwise than all others. */
export interface HostProfile {
  /** whether activities go out with the signatures that are within them */
  readonly signedContent: boolean
}

const usual: HostProfile = { signedContent: true }

/**
 * Hosts that are known to stumble, by registrable domain. Threads answered 500 to activities with more in them than it
 * knows, which of it is not known; so it gets what it needs and no more.
 */
const others: ReadonlyMap<string, HostProfile> = new Map([['threads.net', { signedContent: false }]])

/** @param host of a URL, with its port */
export function profileOf(host: string): HostProfile {
  if (others.has(host)) return others.get(host) ?? usual
  const labels = host.split('.')
  return others.get(labels.slice(-2).join('.')) ?? usual
}

/** An activity without the signatures within it, otherwise letter by letter as it was. */
export function withoutSignatures(body: string): string {
  const { proof, signature, ...rest } = JSON.parse(body) as Record<string, unknown>
  return proof === undefined && signature === undefined ? body : JSON.stringify(rest)
}

/**
 * The header `Collection-Synchronization` (FEP-8fcf): which followers the sender thinks the receiver's server has.
 * https://codeberg.org/fediverse/fep/src/branch/main/fep/8fcf/fep-8fcf.md
 */
export interface CollectionSync {
  /** the followers collection of the sender */
  readonly collectionId: string
  /** where the part of it that concerns the receiver can be read, by the receiver alone */
  readonly url: string
  /** XOR of the SHA-256 of each follower's id, as lower-case hex */
  readonly digest: string
}

export function syncHeaderFrom({ collectionId, url, digest }: CollectionSync): string {
  return `collectionId="${collectionId}", url="${url}", digest="${digest}"`
}

const LONGEST = 6000
const PARAMETER = /(?:^|,)\s*([a-z]+)\s*=\s*"([^"\\]*)"\s*(?=,|$)/gi

/** Undefined for what cannot be read; nothing of it is proven. */
export function syncFrom(header: string | undefined): CollectionSync | undefined {
  if (header === undefined || header.length > LONGEST) return undefined
  const found = new Map(
    [...header.matchAll(PARAMETER)].map(([, name = '', value = '']) => [name.toLowerCase(), value]),
  )
  const [collectionId, url, digest] = [found.get('collectionid'), found.get('url'), found.get('digest')]
  if (!collectionId || !url || !/^[0-9a-f]{64}$/i.test(digest ?? '')) return undefined
  return { collectionId, url, digest: String(digest).toLowerCase() }
}

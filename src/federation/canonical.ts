/**
 * Whose word is it? Every rule about "the same server" asks these three functions and no other code compares hosts.
 * Source: FEP-fe34 (origin-based security model).
 */

/** What may not stand in an address, though parsers put up with it. */
const MARK = /[\s"<>\\^`{|}\p{Cc}]/u
/** The usual spelling, which is canonical as it stands: lower-case names under a top-level domain, no port, no Punycode. */
const USUAL =
  /^(https:\/\/(?!(?:[^/?#]*\.)?xn--)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,})(?:[/?#][!#-;=?-[\]_a-z~]*)?$/

/**
 * The server that an id belongs to: scheme, host in lower-case ASCII without trailing dot, and the port where it is
 * not the usual one. Undefined for what is no http(s) address, names a user, or holds what no address may hold.
 * `http` and `https` are two origins: what was said over one is no proof for the other.
 */
export function canonicalOrigin(uri: string): string | undefined {
  if (uri.length > 2048) return undefined
  const usual = USUAL.exec(uri)?.[1]
  if (usual !== undefined) return usual
  if (MARK.test(uri)) return undefined
  if (!/^https?:\/\/[^/?#]/i.test(uri)) return undefined
  const url = URL.parse(uri)
  if (url === null || url.username !== '' || url.password !== '' || authorityOf(uri).includes('@'))
    return undefined
  const hostname = url.hostname.replace(/\.$/, '')
  if (hostname === '') return undefined
  return `${url.protocol}//${hostname}${url.port === '' ? '' : `:${url.port}`}`
}

/**
 * The one spelling of an id: its origin made canonical, all that follows left exactly as it was (a slash at the end or
 * an escape may well tell two ids apart). Undefined as in `canonicalOrigin`.
 */
export function canonicalUri(uri: string): string | undefined {
  const origin = canonicalOrigin(uri)
  return origin === undefined
    ? undefined
    : origin + uri.slice(uri.indexOf('//') + 2 + authorityOf(uri).length)
}

/** True when all are ids on one server; an id that has no origin is on none. */
export function sameOrigin(first: string, ...others: readonly string[]): boolean {
  const origin = canonicalOrigin(first)
  return origin !== undefined && others.every((other) => canonicalOrigin(other) === origin)
}

/** The host of an id, with its port where that is not the usual one: what a lane and a domain block are named by. */
export function hostOf(uri: string): string | undefined {
  return canonicalOrigin(uri)?.replace(/^https?:\/\//, '')
}

function authorityOf(uri: string): string {
  return /^[^/]*\/\/([^/?#]*)/.exec(uri)?.[1] ?? ''
}

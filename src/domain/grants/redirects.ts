import { type ClientKind, OUT_OF_BAND } from './client.ts'

const LONGEST = 2048
/** Nothing that runs in a page or reads this machine, whoever asks. */
const NEVER = ['javascript', 'data', 'vbscript', 'file']
/** Schemes that belong to browsers and systems, and to no app. */
const TAKEN = new Set(
  `about blob chrome cid content dav filesystem ftp ftps geo git gopher intent irc ircs jar ldap mailto magnet
  market mid news nntp res rtsp sftp sip sips sms smsto ssh tel telnet urn view-source ws wss xmpp`.split(
    /\s+/,
  ),
)

/**
 * What is wrong with an address as one where a client may be answered; undefined when nothing is. How freely a client may
 * choose depends on what it is:
 * - `document`: https on the origin of the document, loopback, or a scheme of its own that is a domain turned round (S-131)
 * - `object`, `registered`: any https, loopback, or a scheme of its own
 * - `app`: as the Mastodon API lets its apps do
 * @param clientOrigin where the document or object lies; plain http, where that was read by it
 */
export function whyNoRedirect(uri: string, kind: ClientKind, clientOrigin?: string): string | undefined {
  if (uri.length > LONGEST) return 'it is too long'
  // Visible ASCII, as a Location header carries it: whatever reads it afterwards reads the same.
  if (!/^[\x21-\x7e]+$/.test(uri) || /[\\"<>^`{|}]/.test(uri)) return 'it is not a plain URI'
  if (kind === 'app' && uri === OUT_OF_BAND) return undefined
  const scheme = schemeOf(uri)
  const url = URL.parse(uri)
  if (scheme === undefined || url === null) return 'it is not an absolute URI'
  if (uri.includes('#')) return 'it has a fragment'
  if (NEVER.includes(scheme)) return `${scheme}: is not allowed`
  if (scheme === 'https' || scheme === 'http') return whyNoWebAddress(uri, url, kind, clientOrigin)
  if (kind === 'app') return undefined
  if (TAKEN.has(scheme)) return `${scheme}: is not a scheme of an app’s own`
  if (kind === 'document' && !scheme.includes('.')) return 'a scheme of its own is named after a domain'
  return undefined
}

function whyNoWebAddress(
  uri: string,
  url: URL,
  kind: ClientKind,
  clientOrigin: string | undefined,
): string | undefined {
  if (!/^https?:\/\/[^/]/.test(uri)) return 'it names no host'
  if (url.username !== '' || url.password !== '' || /^https?:\/\/[^/?]*@/.test(uri)) return 'it names a user'
  // What WHATWG lets a host hold beside these has a meaning of its own where it comes to stand: in a policy, say.
  if (!/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(url.hostname)) return 'its host is no name of one'
  if (kind === 'app' || loopbackParts(uri) || url.origin === clientOrigin) return undefined
  if (url.protocol === 'http:') return 'http: is for loopback only'
  if (kind === 'document') return 'it is not on the origin of the client'
  return undefined
}

/**
 * Whether an address is one of those that a client has named: letter by letter, except that a program on the reader’s own
 * machine takes whatever port is free (RFC 8252 §7.3).
 */
export function isRegistered(asked: string, registered: readonly string[]): boolean {
  if (registered.includes(asked)) return true
  const loopback = loopbackParts(asked)
  if (loopback === undefined) return false
  return registered.some((each) => {
    const known = loopbackParts(each)
    return known?.host === loopback.host && known.rest === loopback.rest
  })
}

/** An address on the reader’s own machine, without its port; read from the text, so that no spelling slips through. */
function loopbackParts(uri: string): { readonly host: string; readonly rest: string } | undefined {
  const match = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::(\d{1,5}))?((?:[/?].*)?)$/.exec(uri)
  if (match === null || Number(match[2] ?? 80) > 65_535) return undefined
  return { host: match[1] ?? '', rest: match[3] ?? '' }
}

/** The same address with more in its query, what is there already left as it is (RFC 6749 §3.1.2). */
export function withQuery(uri: string, values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const query = new URLSearchParams(given).toString()
  if (!uri.includes('?')) return `${uri}?${query}`
  return /[?&]$/.test(uri) ? `${uri}${query}` : `${uri}&${query}`
}

/** Where an answer goes, as people may judge it: a host, this device, or an app on it by its scheme. */
export type Destination =
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'device' }
  | {
      readonly kind: 'app'
      readonly scheme: string /** anybody may take such a scheme */
      readonly bare: boolean
    }
  | { readonly kind: 'copy' }

export function destinationOf(uri: string): Destination {
  if (uri === OUT_OF_BAND) return { kind: 'copy' }
  if (loopbackParts(uri)) return { kind: 'device' }
  const scheme = schemeOf(uri) ?? ''
  if (scheme === 'https' || scheme === 'http') return { kind: 'host', host: new URL(uri).host }
  return { kind: 'app', scheme, bare: !scheme.includes('.') }
}

/** What a Content-Security-Policy must name so that a form may lead there by a redirect; undefined for a code to copy. */
export function formTargetOf(uri: string): string | undefined {
  const destination = destinationOf(uri)
  if (destination.kind === 'copy') return undefined
  if (destination.kind === 'app') return `${destination.scheme}:`
  const { origin, protocol, hostname } = new URL(uri)
  // No policy can name an IPv6 address.
  return hostname.startsWith('[') ? protocol : origin
}

function schemeOf(uri: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase()
}

import { domainToASCII, domainToUnicode } from 'node:url'

/** `name` as written, `host` in lower-case ASCII; no host means: here. */
export interface Handle {
  readonly name: string
  readonly host: string | null
}

/** What a local account may be called: letters, digits, underscore; 30 at most, as on Mastodon. */
const LOCAL_NAME = /^[a-z0-9_]{1,30}$/i
/** What we read of others: Mastodon's username pattern, dots and dashes inside. */
const ANY_NAME = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]{0,126}[\p{L}\p{N}_])?$/u
const HOST =
  /^(?=.{1,253}(?::\d{1,5})?$)[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9](?:[a-z0-9-]{0,62}))*(?::\d{1,5})?$/

const RESERVED = new Set([
  'admin',
  'administrator',
  'root',
  'system',
  'weft',
  'support',
  'help',
  'moderator',
  'mod',
  'owner',
  'security',
  'abuse',
  'postmaster',
  'webmaster',
  'hostmaster',
  'noreply',
  'instance',
  'actor',
  'about',
  'privacy',
  'api',
  'ap',
])

export function isLocalName(name: string): boolean {
  return LOCAL_NAME.test(name)
}

/** Names that would be mistaken for the server speaking. */
export function isReservedName(name: string): boolean {
  return RESERVED.has(name.toLowerCase())
}

/** Lower-case ASCII host, port kept; undefined when it can be no host name. */
export function hostFrom(text: string): string | undefined {
  const [, domain = '', port = ''] = /^([^:]*)(:\d{1,5})?$/.exec(text.trim().replace(/\.$/, '')) ?? []
  const ascii = domainToASCII(domain).toLowerCase()
  return ascii !== '' && HOST.test(ascii + port) ? ascii + port : undefined
}

/** Reads `name@host`, `@name@host`, `acct:name@host` or `@name`; undefined when it is none of them. */
export function handleFrom(text: string): Handle | undefined {
  const bare = text
    .trim()
    .replace(/^acct:/i, '')
    .replace(/^@/, '')
  const at = bare.lastIndexOf('@')
  const name = at === -1 ? bare : bare.slice(0, at)
  if (!ANY_NAME.test(name)) return undefined
  if (at === -1) return { name, host: null }
  const host = hostFrom(bare.slice(at + 1))
  return host === undefined ? undefined : { name, host }
}

/** `name@host`, for people: the host in its own script. */
export function handleForPeople(handle: Handle, hereHost: string): string {
  const host = handle.host ?? hereHost
  const [domain = host, port] = host.split(':')
  return `${handle.name}@${domainToUnicode(domain)}${port ? `:${port}` : ''}`
}

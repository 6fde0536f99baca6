import { refuse } from '../../base/refusal.ts'
import { cleanLine, cutText } from '../../text/clean.ts'
import type { Client, ClientAuthMethod, JsonRecord } from './client.ts'
import { whyNoRedirect } from './redirects.ts'

/** What a client says about itself, read and checked: all that is stored of it but its id and its secret. */
export type ClientMetadata = Pick<
  Client,
  | 'name'
  | 'website'
  | 'logoUrl'
  | 'summary'
  | 'redirectUris'
  | 'scopes'
  | 'authMethod'
  | 'jwks'
  | 'jwksUri'
  | 'dpopBound'
  | 'metadata'
>

/** The kinds that describe themselves in the words of RFC 7591. */
export type DescribedKind = 'registered' | 'document' | 'object'

const MOST_REDIRECTS = 20
const MOST_KEYS = 20
const LONGEST_NAME = 100
const LONGEST_SUMMARY = 500
const LONGEST_TEXT = 200
const LONGEST_SCOPE = 8192
const LONGEST_URL = 2048
const GRANTS = ['authorization_code', 'refresh_token']
const SECRETS: readonly ClientAuthMethod[] = ['client_secret_basic', 'client_secret_post']

/**
 * Reads client metadata (RFC 7591 §2). What we do not know is dropped, addresses that are none too; what would change how
 * the client is trusted must be right.
 * @param origin where the document or object lies
 * @throws Refusal 'client.redirect' and 'client.metadata', with the reason
 */
export function readMetadata(given: JsonRecord, kind: DescribedKind, origin?: string): ClientMetadata {
  const redirectUris = redirectsIn(given.redirect_uris, kind, origin)
  requireCodeFlow(given)
  const authMethod = authMethodIn(given, kind)
  const keys = keysIn(given, authMethod)
  const scopes = scopeIn(given.scope)
  const name = cutText(lineIn(given, 'client_name'), LONGEST_NAME)
  const described = {
    name,
    website: webAddressIn(given.client_uri),
    logoUrl: webAddressIn(given.logo_uri),
    summary: cutText(lineIn(given, 'summary'), LONGEST_SUMMARY),
    redirectUris,
    scopes,
    authMethod,
    ...keys,
    dpopBound: given.dpop_bound_access_tokens === true,
  }
  return { ...described, metadata: echoOf(given, described) }
}

/** Whether two readings of a client's description would be answered and proven in the same way. */
export function sameTrust(
  one: Pick<ClientMetadata, 'redirectUris' | 'jwks' | 'jwksUri' | 'authMethod'>,
  other: Pick<ClientMetadata, 'redirectUris' | 'jwks' | 'jwksUri' | 'authMethod'>,
): boolean {
  return trustOf(one) === trustOf(other)
}

function trustOf(it: Pick<ClientMetadata, 'redirectUris' | 'jwks' | 'jwksUri' | 'authMethod'>): string {
  return JSON.stringify([[...it.redirectUris].sort(), sorted(it.jwks), it.jwksUri, it.authMethod])
}

/** The same JSON whatever the order of its keys; the database keeps its own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.map(([key, inner]) => [key, sorted(inner)])
}

function redirectsIn(value: unknown, kind: DescribedKind, origin: string | undefined): readonly string[] {
  const uris = textsIn(value) ?? refuse('client.redirect', { reason: 'redirect_uris is a list of addresses' })
  if (uris.length === 0) refuse('client.redirect', { reason: 'redirect_uris is empty' })
  if (uris.length > MOST_REDIRECTS)
    refuse('client.redirect', { reason: `redirect_uris has more than ${MOST_REDIRECTS}` })
  for (const uri of uris) {
    const reason = whyNoRedirect(uri, kind, origin)
    if (reason !== undefined) refuse('client.redirect', { reason: `${shown(uri)}: ${reason}` })
  }
  return [...new Set(uris)]
}

/** The code flow is all there is; other grants and response types that are named beside it are left out. */
function requireCodeFlow(given: JsonRecord): void {
  const grants = optional(given, 'grant_types', textsIn)
  if (grants && !grants.includes('authorization_code')) wrong('grant_types must name authorization_code')
  const responses = optional(given, 'response_types', textsIn)
  if (responses && !responses.includes('code')) wrong('response_types must name code')
}

function authMethodIn(given: JsonRecord, kind: DescribedKind): ClientAuthMethod {
  const secretAllowed = kind === 'registered'
  // RFC 7591 §2 has a secret when nothing is said; who publishes a description can have none.
  const usual = secretAllowed ? 'client_secret_basic' : 'none'
  const method = given.token_endpoint_auth_method ?? usual
  if (!secretAllowed && (given.client_secret !== undefined || given.client_secret_expires_at !== undefined))
    wrong('what is published holds no client_secret')
  if (method === 'none' || method === 'private_key_jwt') return method
  const secret = SECRETS.find((known) => known === method)
  if (secret === undefined) return wrong('token_endpoint_auth_method is not one that is supported')
  return secretAllowed ? secret : wrong('what is published cannot share a secret')
}

function keysIn(given: JsonRecord, method: ClientAuthMethod): Pick<ClientMetadata, 'jwks' | 'jwksUri'> {
  const jwks = given.jwks === undefined || given.jwks === null ? null : keySetIn(given.jwks)
  const jwksUri =
    given.jwks_uri === undefined || given.jwks_uri === null ? null : webAddressIn(given.jwks_uri)
  if (typeof given.jwks_uri === 'string' && jwksUri === null) wrong('jwks_uri is not an https address')
  if (jwks && jwksUri) wrong('jwks and jwks_uri exclude each other')
  if (method === 'private_key_jwt' && !jwks && !jwksUri) wrong('private_key_jwt needs jwks or jwks_uri')
  return { jwks, jwksUri }
}

/** Public keys only: a secret that is published is none. */
function keySetIn(value: unknown): JsonRecord {
  const keys: unknown = (value as { keys?: unknown } | null)?.keys
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MOST_KEYS)
    return wrong(`jwks has a list of 1 to ${MOST_KEYS} keys`)
  return { keys: keys.map(publicKeyFrom) }
}

const KEY_MEMBERS = ['kty', 'use', 'alg', 'kid', 'crv', 'x', 'y', 'n', 'e']

function publicKeyFrom(key: unknown): JsonRecord {
  const open =
    isRecord(key) && typeof key.kty === 'string' && key.kty !== 'oct' && !('d' in key) && !('k' in key)
  if (!open) return wrong('jwks holds public keys only')
  const members = KEY_MEMBERS.flatMap((name) => (key[name] === undefined ? [] : [[name, key[name]] as const]))
  const plain = members.every(([, value]) => typeof value === 'string' && /^[\x20-\x7e]{1,2048}$/.test(value))
  return plain ? Object.fromEntries(members) : wrong('a key of jwks is none')
}

/** A text; a list of texts is taken too, as some clients send it. */
function scopeIn(value: unknown): string | null {
  if (value === undefined || value === null) return null
  const texts = typeof value === 'string' ? [value] : textsIn(value)
  if (texts === undefined) return wrong('scope is a text')
  // RFC 6749 §3.3; what is no scope by its letters is none.
  const tokens = texts
    .join(' ')
    .split(/\s+/)
    .filter((token) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(token))
  const scope = tokens.join(' ')
  return scope.length <= LONGEST_SCOPE ? scope : wrong('scope is too long')
}

/** What is answered to whoever registers, and kept: everything that counts here, as it counts. */
function echoOf(given: JsonRecord, read: Omit<ClientMetadata, 'metadata'>): JsonRecord {
  const grants = (textsIn(given.grant_types) ?? GRANTS).filter((grant) => GRANTS.includes(grant))
  const application = given.application_type
  const all: Record<string, unknown> = {
    client_name: read.name || undefined,
    client_uri: read.website ?? undefined,
    logo_uri: read.logoUrl ?? undefined,
    tos_uri: webAddressIn(given.tos_uri) ?? undefined,
    policy_uri: webAddressIn(given.policy_uri) ?? undefined,
    contacts: textsIn(given.contacts)
      ?.slice(0, 10)
      .map((text) => cutText(cleanLine(text), LONGEST_TEXT)),
    software_id: shortText(given.software_id),
    software_version: shortText(given.software_version),
    application_type: application === 'web' || application === 'native' ? application : undefined,
    redirect_uris: read.redirectUris,
    grant_types: grants,
    response_types: ['code'],
    token_endpoint_auth_method: read.authMethod,
    scope: read.scopes ?? undefined,
    jwks: read.jwks ?? undefined,
    jwks_uri: read.jwksUri ?? undefined,
    dpop_bound_access_tokens: read.dpopBound || undefined,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function lineIn(given: JsonRecord, name: string): string {
  const value = given[name]
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? readableLine(value) : wrong(`${name} is a text`)
}

/** One line that shows what it is: nothing invisible, nothing that turns its neighbours round. */
export function readableLine(text: string): string {
  return cleanLine(
    text.slice(0, 4096).replace(/[\p{Cf}\p{Co}\p{Cn}]/gu, (char) => (char === '\u200d' ? char : '')),
  )
}

function webAddressIn(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > LONGEST_URL || !/^[\x21-\x7e]+$/.test(value)) return null
  const url = URL.parse(value)
  return url?.protocol === 'https:' && url.username === '' && url.password === '' ? value : null
}

function textsIn(value: unknown): readonly string[] | undefined {
  const all: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined
  return all?.every((item): item is string => typeof item === 'string') ? all : undefined
}

function optional<T>(
  given: JsonRecord,
  name: string,
  read: (value: unknown) => T | undefined,
): T | undefined {
  if (given[name] === undefined || given[name] === null) return undefined
  return read(given[name]) ?? wrong(`${name} is not what it should be`)
}

function shortText(value: unknown): string | undefined {
  return typeof value === 'string' ? cutText(cleanLine(value), LONGEST_TEXT) : undefined
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(uri: string): string {
  return cutText(cleanLine(uri), 100)
}

function wrong(reason: string): never {
  return refuse('client.metadata', { reason })
}

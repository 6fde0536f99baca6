import { createHash, sign, verify } from 'node:crypto'
import type { PeerKey } from './keys.ts'

/**
 * A signer of its own on node:crypto alone, so that a mistake shared with the server's libraries cannot hide.
 * Sources: draft-cavage-http-signatures-12 as Mastodon speaks it, RFC 9421, RFC 9530 for Content-Digest.
 */
export interface Outgoing {
  method: string
  url: string
  headers: Record<string, string>
  body: Buffer | undefined
}

export interface SignOptions {
  /** `cavage` unless told */
  readonly scheme?: 'cavage' | 'rfc9421' | 'both' | 'none'
  readonly key?: PeerKey
  /** what the signature names instead of the key's own uri */
  readonly keyId?: string
  /** the Date header; now unless told, a string goes out as it is */
  readonly date?: Date | string
  /** what is signed instead of the usual; lower case, `(request-target)` or `@method` and the like included */
  readonly covered?: readonly string[]
  /** sign as if it were sent there */
  readonly signedUrl?: string
  /** seconds since the epoch; `created` stands in every RFC 9421 signature */
  readonly created?: number
  readonly expires?: number
  /** the word that stands for the algorithm, instead of the true one; null leaves it out */
  readonly algorithm?: string | null
  readonly label?: string
  /** set before signing, so they may be covered */
  readonly headers?: Readonly<Record<string, string>>
  /** after signing: taken away */
  readonly omit?: readonly string[]
  /** after signing: set or replaced */
  readonly alter?: Readonly<Record<string, string>>
  /** after signing: sent instead of what was signed */
  readonly bodyInstead?: Buffer | string
}

/** Makes the request carry a signature (or two), then spoils it as asked. */
export function signed(request: Outgoing, key: PeerKey, options: SignOptions = {}): Outgoing {
  const scheme = options.scheme ?? 'cavage'
  const { date = new Date() } = options
  const headers: Record<string, string> = {
    host: new URL(options.signedUrl ?? request.url).host,
    date: typeof date === 'string' ? date : date.toUTCString(),
    ...request.headers,
    ...options.headers,
  }
  if (scheme === 'cavage' || scheme === 'both') signCavage(request, headers, options.key ?? key, options)
  if (scheme === 'rfc9421' || scheme === 'both') signRfc9421(request, headers, options.key ?? key, options)
  for (const name of options.omit ?? []) delete headers[name.toLowerCase()]
  for (const [name, value] of Object.entries(options.alter ?? {})) headers[name.toLowerCase()] = value
  const body = options.bodyInstead === undefined ? request.body : Buffer.from(options.bodyInstead)
  return { ...request, headers, body }
}

function signCavage(request: Outgoing, headers: Record<string, string>, key: PeerKey, options: SignOptions) {
  if (request.body) headers.digest ??= `SHA-256=${sha256(request.body)}`
  const covered =
    options.covered ??
    (request.body
      ? ['(request-target)', 'host', 'date', 'digest', 'content-type']
      : ['(request-target)', 'host', 'date', 'accept'])
  const url = new URL(options.signedUrl ?? request.url)
  const lines = covered.map((name) => `${name}: ${cavageValue(name, request.method, url, headers, options)}`)
  const algorithm =
    options.algorithm === undefined ? (key.kind === 'rsa' ? 'rsa-sha256' : 'hs2019') : options.algorithm
  headers.signature = [
    `keyId="${options.keyId ?? key.uri}"`,
    ...(algorithm === null ? [] : [`algorithm="${algorithm}"`]),
    ...(options.created === undefined ? [] : [`created=${options.created}`]),
    ...(options.expires === undefined ? [] : [`expires=${options.expires}`]),
    `headers="${covered.join(' ')}"`,
    `signature="${signText(lines.join('\n'), key)}"`,
  ].join(',')
}

function cavageValue(
  name: string,
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  options: { created?: number; expires?: number },
): string {
  if (name === '(request-target)') return `${method.toLowerCase()} ${url.pathname}${url.search}`
  if (name === '(created)') return String(options.created)
  if (name === '(expires)') return String(options.expires)
  return headers[name] ?? ''
}

function signRfc9421(request: Outgoing, headers: Record<string, string>, key: PeerKey, options: SignOptions) {
  if (request.body) headers['content-digest'] ??= `sha-256=:${sha256(request.body)}:`
  const covered =
    options.covered ??
    (request.body ? ['@method', '@target-uri', 'content-digest'] : ['@method', '@target-uri'])
  const algorithm =
    options.algorithm === undefined ? (key.kind === 'rsa' ? 'rsa-v1_5-sha256' : 'ed25519') : options.algorithm
  const parameters = [
    `(${covered.map((name) => `"${name}"`).join(' ')})`,
    `created=${options.created ?? Math.floor(Date.now() / 1000)}`,
    ...(options.expires === undefined ? [] : [`expires=${options.expires}`]),
    `keyid="${options.keyId ?? key.uri}"`,
    ...(algorithm === null ? [] : [`alg="${algorithm}"`]),
  ].join(';')
  const url = options.signedUrl ?? request.url
  const label = options.label ?? 'sig1'
  const base = rfc9421Base(covered, parameters, request.method, url, headers)
  headers['signature-input'] = append(headers['signature-input'], `${label}=${parameters}`)
  const value = `${label}=:${signText(base, key)}:`
  // Under `both` the draft's Signature header must stay readable to those who know only the draft.
  headers.signature = append(headers.signature, value)
}

function rfc9421Base(
  covered: readonly string[],
  parameters: string,
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
): string {
  const url = new URL(target)
  const derived: Record<string, string> = {
    '@method': method.toUpperCase(),
    '@target-uri': url.href,
    '@authority': url.host,
    '@scheme': url.protocol.slice(0, -1),
    '@path': url.pathname,
    '@query': url.search || '?',
    '@request-target': url.pathname + url.search,
  }
  const lines = covered.map((name) => `"${name}": ${derived[name] ?? headers[name] ?? ''}`)
  return [...lines, `"@signature-params": ${parameters}`].join('\n')
}

function append(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`
}

function signText(text: string, key: PeerKey): string {
  const algorithm = key.kind === 'rsa' ? 'sha256' : null
  return sign(algorithm, Buffer.from(text), key.privateKey).toString('base64')
}

function sha256(body: Buffer): string {
  return createHash('sha256').update(body).digest('base64')
}

/** What of a received request the checks below need. */
export interface Signed {
  readonly method: string
  /** absolute, as the sender meant it */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Which signature came with it: what the other side's learned knock can be asserted by. */
export function schemeOf(request: Signed): 'cavage' | 'rfc9421' | 'none' {
  if (request.headers['signature-input']) return 'rfc9421'
  return request.headers.signature ? 'cavage' : 'none'
}

/** The key that a received request names, by either scheme. */
export function keyIdOf(request: Signed): string | undefined {
  const text = request.headers['signature-input'] ?? request.headers.signature ?? ''
  return /keyid="([^"]*)"/i.exec(text)?.[1]
}

/** Whether a received request is truly signed with that key (SPKI PEM), digest of the body included. */
export function isSignedBy(request: Signed, publicKey: string | PeerKey): boolean {
  const key = typeof publicKey === 'string' ? publicKey : publicKey.publicPem
  return schemeOf(request) === 'rfc9421' ? checkRfc9421(request, key) : checkCavage(request, key)
}

function checkCavage({ method, url, headers, body }: Signed, key: string): boolean {
  const fields = Object.fromEntries(
    [...(headers.signature ?? '').matchAll(/(\w+)=(?:"([^"]*)"|(\d+))/g)].map((m) => [m[1], m[2] ?? m[3]]),
  )
  const covered = (fields.headers ?? 'date').split(' ')
  if (body.length > 0 && headers.digest !== `SHA-256=${sha256(body)}`) return false
  const times = { created: Number(fields.created), expires: Number(fields.expires) }
  const text = covered
    .map((name: string) => `${name}: ${cavageValue(name, method, new URL(url), headers, times)}`)
    .join('\n')
  return verifyText(text, key, fields.signature ?? '')
}

function checkRfc9421({ method, url, headers, body }: Signed, key: string): boolean {
  const [, label, parameters, list] =
    /([\w-]+)=(\(([^)]*)\)[^,]*)/.exec(headers['signature-input'] ?? '') ?? []
  if (label === undefined || parameters === undefined || list === undefined) return false
  if (body.length > 0 && headers['content-digest'] !== `sha-256=:${sha256(body)}:`) return false
  const value = new RegExp(`${label}=:([^:]+):`).exec(headers.signature ?? '')?.[1] ?? ''
  const covered = [...list.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? '')
  return verifyText(rfc9421Base(covered, parameters, method, url, headers), key, value)
}

function verifyText(text: string, key: string, signature: string): boolean {
  const algorithm = key.includes('MCowBQYDK2Vw') ? null : 'sha256'
  return verify(algorithm, Buffer.from(text), key, Buffer.from(signature, 'base64'))
}

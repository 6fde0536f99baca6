import { hash, type webcrypto } from 'node:crypto'

/**
 * Signs what goes out, in the two forms that the network speaks. The same headers as Fedify's `signRequest` makes, less
 * what nobody needs; made here because that function costs half as much again as the signature itself.
 * Sources: draft-cavage-http-signatures-12, RFC 9421, RFC 9530, and what Mastodon and Threads ask for.
 */
export type SignatureForm = 'cavage' | 'rfc9421'

/** A key of ours, ready to sign with, and the address under which others find its public half. */
export interface SigningKey {
  readonly keyUri: string
  /** RSASSA-PKCS1-v1_5 with SHA-256 */
  readonly privateKey: webcrypto.CryptoKey
}

/** What a POST carries, with its digest: made once, however many inboxes it goes to. */
export interface Payload {
  readonly body: Buffer
  /** SHA-256, base64 */
  readonly digest: string
}

export interface SignOptions {
  /** cavage when left out: it is what every server understands */
  readonly form?: SignatureForm
  readonly now?: Date
  /** further headers of a POST, signed with the others; their names in lower case */
  readonly more?: Headers
}

export type Headers = Record<string, string>

export const ACTIVITY_JSON = 'application/activity+json'
const ACCEPT = `${ACTIVITY_JSON}, application/ld+json; profile="https://www.w3.org/ns/activitystreams"`

export function payloadFrom(text: string): Payload {
  // Of its own, not a part of one that Node shares out: it is kept, and would keep 64 KiB.
  const body = Buffer.allocUnsafeSlow(Buffer.byteLength(text))
  body.write(text)
  return { body, digest: hash('sha256', body, 'base64') }
}

/** The headers of a signed POST of `payload` to `url`, Host and Content-Type among them. */
export function signPost(
  url: URL,
  payload: Payload,
  key: SigningKey,
  options: SignOptions = {},
): Promise<Headers> {
  const { form = 'cavage', now = new Date(), more = {} } = options
  const headers = { host: url.host, date: now.toUTCString(), 'content-type': ACTIVITY_JSON, ...more }
  const names = Object.keys(more)
  if (form === 'rfc9421') {
    const digested = { ...headers, 'content-digest': `sha-256=:${payload.digest}:` }
    return rfc9421('POST', url, digested, ['@method', '@target-uri', 'content-digest', ...names], key, now)
  }
  const digested = { ...headers, digest: `SHA-256=${payload.digest}` }
  return cavage('post', url, digested, ['host', 'date', 'digest', 'content-type', ...names], key)
}

/** The headers of a signed GET, Host and Accept among them; `accept` when another form than ActivityPub is wanted. */
export function signGet(
  url: URL,
  key: SigningKey,
  options: SignOptions & { readonly accept?: string } = {},
): Promise<Headers> {
  const { form = 'cavage', now = new Date(), accept = ACCEPT } = options
  const headers = { host: url.host, date: now.toUTCString(), accept }
  return form === 'rfc9421'
    ? rfc9421('GET', url, headers, ['@method', '@target-uri'], key, now)
    : cavage('get', url, headers, ['host', 'date', 'accept'], key)
}

async function cavage(
  method: 'get' | 'post',
  url: URL,
  headers: Headers,
  covered: readonly string[],
  key: SigningKey,
): Promise<Headers> {
  const lines = covered.map((name) => `${name}: ${headers[name]}`)
  const text = [`(request-target): ${method} ${url.pathname}${url.search}`, ...lines].join('\n')
  const names = `(request-target) ${covered.join(' ')}`
  const signature = await sign(text, key)
  return {
    ...headers,
    signature: `keyId="${key.keyUri}",algorithm="rsa-sha256",headers="${names}",signature="${signature}"`,
  }
}

async function rfc9421(
  method: 'GET' | 'POST',
  url: URL,
  headers: Headers,
  covered: readonly string[],
  key: SigningKey,
  now: Date,
): Promise<Headers> {
  const values: Headers = {
    ...headers,
    '@method': method,
    '@target-uri': url.origin + url.pathname + url.search,
  }
  const names = covered.map((name) => `"${name}"`)
  const created = Math.floor(now.getTime() / 1000)
  const parameters = `(${names.join(' ')});created=${created};keyid="${key.keyUri}";alg="rsa-v1_5-sha256"`
  const lines = covered.map((name) => `"${name}": ${values[name]}`)
  const signature = await sign([...lines, `"@signature-params": ${parameters}`].join('\n'), key)
  return { ...headers, 'signature-input': `sig1=${parameters}`, signature: `sig1=:${signature}:` }
}

/** WebCrypto signs on the thread pool, so one process uses every core and the loop never waits for a signature. */
async function sign(text: string, key: SigningKey): Promise<string> {
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', key.privateKey, Buffer.from(text))
  return Buffer.from(signature).toString('base64')
}

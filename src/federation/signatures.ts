import { refuse } from '../base/refusal.ts'
import { canonicalUri } from './canonical.ts'
import { type InnerList, innerListsFrom } from './structured-fields.ts'

/** A request as it came, to be checked. */
export interface SignedRequest {
  readonly method: string
  /** absolute: our configured origin, and path and query as they came */
  readonly url: string
  /** names in lower case, values joined by commas as Node does it */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** raw bytes; empty for GET */
  readonly body: Buffer
}

/** What one signature of a request claims. Nothing of it is proven. */
export interface Signature {
  readonly form: 'cavage' | 'rfc9421'
  /** canonical */
  readonly keyUri: string
  /** lower case; undefined when it is left to the key */
  readonly algorithm: string | undefined
  /** lower case, in order: `(request-target)`, `@method`, `host` … */
  readonly covered: readonly string[]
  /** seconds since the epoch */
  readonly created: number | undefined
  readonly expires: number | undefined
  readonly bytes: Buffer
  /** the last line of what RFC 9421 signs; empty for cavage */
  readonly parameters: string
}

/** More are not looked at: each may cost a signature check. */
const MOST_SIGNATURES = 4
/** 8,192 bits of RSA in base64. */
const SIGNATURE = /^[A-Za-z0-9+/]{1,1368}={0,2}$/
const FIELD = /\s*([A-Za-z]+)\s*=\s*(?:"([^"]*)"|(\d{1,12}))\s*(?:,|$)/y

/**
 * The signatures that a request carries. Where RFC 9421 is spoken (Signature-Input), only that counts: a second
 * signature in the older form neither helps nor replaces one that fails.
 * @throws Refusal 'signature.missing', or 'signature.invalid' when they cannot be read
 */
export function signaturesOf(request: SignedRequest): readonly Signature[] {
  const signature = header(request, 'signature')
  if (signature === undefined) return refuse('signature.missing')
  const input = header(request, 'signature-input')
  return input === undefined ? [readCavage(signature)] : readRfc9421(input, signature)
}

/** The value of a header; undefined when it is not there. */
export function header(request: SignedRequest, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

/** draft-cavage-http-signatures-12, section 4.1. Each field at most once: a second keyId would name two signers. */
function readCavage(text: string): Signature {
  const fields = new Map<string, string>()
  FIELD.lastIndex = 0
  while (FIELD.lastIndex < text.length) {
    const match = FIELD.exec(text)
    if (!match) return unreadable('the Signature header cannot be read')
    const [, name = '', quoted, digits = ''] = match
    if (fields.has(name)) return unreadable(`the Signature header says ${name} twice`)
    fields.set(name, quoted ?? digits)
  }
  const covered = (fields.get('headers') ?? '(created)').trim().toLowerCase().split(/ +/)
  if (new Set(covered).size < covered.length) return unreadable('the signature covers a header twice')
  return {
    form: 'cavage',
    keyUri: keyUriFrom(fields.get('keyId')),
    algorithm: fields.get('algorithm')?.toLowerCase(),
    covered,
    created: secondsFrom(fields.get('created')),
    expires: secondsFrom(fields.get('expires')),
    bytes: bytesFrom(fields.get('signature')),
    parameters: '',
  }
}

/** RFC 9421, sections 4.1 and 4.2. Signatures of a kind that we do not know are passed over, if there is another. */
function readRfc9421(input: string, signature: string): readonly Signature[] {
  const lists = parse(input)
  if (lists.size === 0) return unreadable('the Signature-Input header is empty')
  if (lists.size > MOST_SIGNATURES) return unreadable('there are too many signatures')
  const read: Signature[] = []
  let refusal: unknown
  for (const [label, list] of lists) {
    try {
      read.push(signatureFrom(list, labelled(label, signature)))
    } catch (error) {
      refusal ??= error
    }
  }
  if (read.length === 0) throw refusal
  return read
}

function signatureFrom(list: InnerList, bytes: string): Signature {
  const { items, parameters } = list
  if (items.some((item) => item.hasParameters))
    return unreadable('a component with parameters is not known here')
  const covered = items.map((item) => item.name)
  if (new Set(covered).size < covered.length) return unreadable('the signature covers a component twice')
  const text = (name: string) => {
    const value = parameters.get(name)
    if (value !== undefined && typeof value !== 'string') unreadable(`${name} is no string`)
    return value as string | undefined
  }
  const seconds = (name: string) => {
    const value = parameters.get(name)
    if (value !== undefined && !Number.isSafeInteger(value)) unreadable(`${name} is no time`)
    return value as number | undefined
  }
  return {
    form: 'rfc9421',
    keyUri: keyUriFrom(text('keyid')),
    algorithm: text('alg')?.toLowerCase(),
    covered,
    created: seconds('created'),
    expires: seconds('expires'),
    bytes: bytesFrom(bytes),
    parameters: list.canonical,
  }
}

/** Found by its label, wherever it stands: some send the older form in the same header. */
function labelled(label: string, signature: string): string {
  const escaped = label.replace(/[.*-]/g, '\\$&')
  const found = [...signature.matchAll(new RegExp(`(?:^|,)[ \\t]*${escaped}=:([A-Za-z0-9+/=]*):`, 'g'))]
  const [only] = found
  if (found.length !== 1 || only === undefined) return unreadable('the Signature header cannot be read')
  return only[1] ?? ''
}

function parse(input: string): ReadonlyMap<string, InnerList> {
  try {
    return innerListsFrom(input)
  } catch {
    return unreadable('the Signature-Input header cannot be read')
  }
}

function keyUriFrom(text: string | undefined): string {
  return canonicalUri(text ?? '') ?? unreadable('the signature names no key')
}

function secondsFrom(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  return /^\d{1,12}$/.test(text) ? Number(text) : unreadable('the signature gives no readable time')
}

function bytesFrom(text = ''): Buffer {
  return SIGNATURE.test(text) ? Buffer.from(text, 'base64') : unreadable('the signature is not base64')
}

/** @param more further details of the refusal */
export function unreadable(reason: string, more: Readonly<Record<string, number>> = {}): never {
  return refuse('signature.invalid', { reason, ...more })
}

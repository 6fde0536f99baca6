import { hash } from 'node:crypto'
import { header, type Signature, type SignedRequest, unreadable } from './signatures.ts'
import { bytesFrom } from './structured-fields.ts'

/** How far the sender's clock may be off, either way. Mastodon takes 12 hours into the past, which is long to replay. */
const WINDOW_SECONDS = 3600

/**
 * Refuses a signature that covers too little, is out of its time, or speaks of another body, whatever its bytes say:
 * each signature must satisfy every rule by itself, so the weakest of several never wins.
 * @returns when it says it was made
 * @throws Refusal 'signature.invalid'; with `skewSeconds` (positive: ahead of us) when it is out of its time
 */
export function checkRules(signature: Signature, request: SignedRequest, now: Date): Date {
  checkCoverage(signature, request.method)
  const madeAt = checkTimes(signature, request, now)
  if (hasBody(request.method)) checkDigest(signature, request)
  return madeAt
}

/**
 * What must be signed: that it is this request (method and path), that it is meant for this host, that it is of now,
 * and for a POST that it has this body.
 */
function checkCoverage({ form, covered, created }: Signature, method: string): void {
  const needs = (...oneOf: string[]) => {
    if (!oneOf.some((name) => covered.includes(name))) unreadable(`the signature does not cover ${oneOf[0]}`)
  }
  if (form === 'cavage') {
    needs('(request-target)')
    needs('host')
    needs('date', '(created)')
    if (hasBody(method)) needs('digest')
    return
  }
  needs('@method')
  needs('@target-uri', '@request-target', '@path')
  needs('@target-uri', '@authority', 'host')
  if (created === undefined) unreadable('the signature does not say when it was created')
  if (hasBody(method)) needs('content-digest')
}

function checkTimes(signature: Signature, request: SignedRequest, now: Date): Date {
  const { covered, created, expires } = signature
  if (covered.includes('(created)') && created === undefined) unreadable('the signature lacks created')
  if (covered.includes('(expires)') && expires === undefined) unreadable('the signature lacks expires')
  const seconds = now.getTime() / 1000
  const times = [
    ...(covered.includes('date') ? [dateOf(request)] : []),
    ...(created === undefined ? [] : [created]),
  ]
  for (const time of times) {
    const skewSeconds = Math.round(time - seconds)
    if (Math.abs(skewSeconds) > WINDOW_SECONDS) {
      unreadable(`the signature is from ${describe(skewSeconds)}`, { skewSeconds })
    }
  }
  if (expires !== undefined && expires < seconds) unreadable('the signature has expired')
  return new Date((times[0] ?? seconds) * 1000)
}

function dateOf(request: SignedRequest): number {
  const time = Date.parse(header(request, 'date') ?? '')
  return Number.isNaN(time) ? unreadable('the Date header cannot be read') : time / 1000
}

function describe(skewSeconds: number): string {
  const minutes = Math.round(Math.abs(skewSeconds) / 60)
  return skewSeconds > 0 ? `${minutes} minutes in the future` : `${minutes} minutes ago`
}

/** RFC 3230 (Digest) and RFC 9530 (Content-Digest): one strong digest at least, and every one that we know holds. */
function checkDigest({ form }: Signature, request: SignedRequest): void {
  const name = form === 'cavage' ? 'digest' : 'content-digest'
  const text = header(request, name)
  if (text === undefined) unreadable(`the ${name} header is missing`)
  const digests = form === 'cavage' ? digestsFrom(text) : contentDigestsFrom(text)
  let known = 0
  for (const [algorithm, value] of digests) {
    if (algorithm !== 'sha-256' && algorithm !== 'sha-512') continue
    known += 1
    const actual = hash(algorithm === 'sha-256' ? 'sha256' : 'sha512', request.body, 'buffer')
    if (!actual.equals(value)) unreadable('the digest does not fit the body')
  }
  if (known === 0) unreadable('a SHA-256 digest of the body is needed')
}

function digestsFrom(text: string): readonly (readonly [string, Buffer])[] {
  return text.split(',', 8).map((part) => {
    const at = part.indexOf('=')
    return [part.slice(0, at).trim().toLowerCase(), Buffer.from(part.slice(at + 1).trim(), 'base64')]
  })
}

function contentDigestsFrom(text: string): Iterable<readonly [string, Buffer]> {
  try {
    return bytesFrom(text)
  } catch {
    return unreadable('the content-digest header cannot be read')
  }
}

function hasBody(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

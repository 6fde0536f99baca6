import { isUtf8 } from 'node:buffer'
import type { Request } from 'express'
import { refuse } from '../../../base/refusal.ts'
import type { Uris } from '../../../base/uris.ts'
import { hostOf, sameOrigin } from '../../../federation/canonical.ts'
import { type SignedRequest, signaturesOf } from '../../../federation/signatures.ts'
import { activityFrom, type ReadActivity } from '../../../translate/from-activity/activity.ts'

/** As large as Mastodon takes it. */
export const LARGEST_BODY = 1_048_576

const MEDIA_TYPES = new Set(['application/activity+json', 'application/ld+json', 'application/json'])

/** What a request claims before anything of it is read: enough to turn it away. */
export interface Claim {
  /** the hosts of the keys that it names, each once */
  readonly hosts: readonly string[]
}

/**
 * The cheap questions, in the order of their cost, before a byte of the body is read: host, size, media type, whether
 * it is signed in a way that can be read, and by whom it claims to be.
 * @throws Refusal
 */
export function checkEnvelope(req: Request, uris: Uris): Claim {
  checkHost(req, uris)
  checkSize(req)
  checkMediaType(req)
  const keyUris = signaturesOf(signedRequestFrom(req, uris)).map(({ keyUri }) => keyUri)
  if (keyUris.some((keyUri) => sameOrigin(keyUri, uris.origin))) {
    refuse('signature.invalid', { reason: 'nobody of this server speaks to it this way' })
  }
  return { hosts: [...new Set(keyUris.flatMap((keyUri) => hostOf(keyUri) ?? []))] }
}

/**
 * The request as its signature has to be checked. The address is made of our configured origin and never of what the
 * request says; its Host is known to be ours by now, and was what the sender signed.
 */
export function signedRequestFrom(req: Request, uris: Uris, body: Buffer = NO_BODY): SignedRequest {
  const host = hostSaid(req)
  const headers = host === undefined || host === req.headers.host ? req.headers : { ...req.headers, host }
  return { method: req.method, url: uris.origin + req.originalUrl, headers, body }
}

const NO_BODY = Buffer.alloc(0)

/**
 * Reads what the body says; nothing of it is proven.
 * @throws Refusal 'request.invalid' when it is no UTF-8, no JSON, or no activity of bearable shape
 */
export function readBody(body: Buffer): { text: string; activity: ReadActivity } {
  if (!isUtf8(body)) refuse('request.invalid', { reason: 'not UTF-8' })
  const text = body.toString()
  return { text, activity: activityFrom(text) }
}

/** S-001: what was meant for another server is not taken here, nor what a careless proxy sends to the wrong one. */
function checkHost(req: Request, uris: Uris): void {
  const { protocol, host } = new URL(uris.origin)
  const usualPort = protocol === 'https:' ? ':443' : ':80'
  const said = hostSaid(req)?.toLowerCase()
  if (said !== host && said !== host + usualPort) {
    refuse('request.misdirected', { reason: `this is ${host}` })
  }
}

/** Host, or what a trusted proxy says in its stead. */
function hostSaid(req: Request): string | undefined {
  return req.host as string | undefined
}

function checkSize(req: Request): void {
  const length = Number(req.headers['content-length'] ?? 0)
  if (length > LARGEST_BODY) refuse('request.too-large', { reason: `${LARGEST_BODY} bytes are taken` })
  // S-025: its size would be anybody's guess, and nobody needs it.
  const encoding = req.headers['content-encoding']?.trim().toLowerCase()
  if (encoding && encoding !== 'identity') {
    refuse('request.media-type', { reason: 'compressed bodies are not taken' })
  }
}

function checkMediaType(req: Request): void {
  const [type = '', ...parameters] = (req.headers['content-type'] ?? '').toLowerCase().split(';')
  if (!MEDIA_TYPES.has(type.trim())) {
    refuse('request.media-type', { reason: 'application/activity+json is needed' })
  }
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='))
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    refuse('request.media-type', { reason: 'UTF-8 is needed' })
  }
}

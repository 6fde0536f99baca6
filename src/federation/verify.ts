import { verify as verifyBytes } from 'node:crypto'
import { type Clock, systemClock } from '../base/clock.ts'
import { Refusal, refuse } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import type { RemoteKey } from '../domain/accounts/account.ts'
import { baseTexts } from './base-text.ts'
import { canonicalUri, sameOrigin } from './canonical.ts'
import { publicKeyFrom } from './public-keys.ts'
import { checkRules } from './rules.ts'
import { type Signature, type SignedRequest, signaturesOf, unreadable } from './signatures.ts'

export type { SignedRequest } from './signatures.ts'

/** A public key that we hold, and whose it is by the word of its own server. */
export interface FoundKey {
  readonly keyUri: string
  readonly actorUri: string
  readonly kind: RemoteKey['kind']
  /** SPKI PEM for rsa, base58btc multibase for ed25519 */
  readonly publicKey: string
  /** null: never asked for, as with keys of our own */
  readonly fetchedAt: Date | null
}

/** Where keys come from. The only thing through which a signature can make us ask another server. */
export interface KeyFinder {
  /** what we hold; asks nobody */
  find(keyUri: string): Promise<FoundKey | undefined>
  /**
   * Asks the key's owner anew; undefined when its server says that there is no such key.
   * @throws Transient when it cannot be asked
   */
  refetch(keyUri: string): Promise<FoundKey | undefined>
}

/** Who signed a request, proven. */
export interface Verified {
  readonly keyUri: string
  readonly actorUri: string
  readonly form: Signature['form']
  /** when the sender says it was signed: the difference to our clock is the skew of one of them */
  readonly madeAt: Date
}

/** A key this fresh is not asked for again because a signature fails. */
const FRESH_MS = 5 * 60_000
/** A key older than this is confirmed before it counts: one that its owner took back stops working within a day. */
const CONFIRMED_MS = 24 * 3_600_000
/** … unless its owner's server cannot be asked for so long. */
const UNCONFIRMED_MS = 7 * 24 * 3_600_000

interface Candidate {
  readonly signature: Signature
  readonly madeAt: Date
}

/**
 * Says who signed a request, or refuses. It looks at raw bytes and headers only: no JSON-LD, and no request of its own
 * but one `refetch` at most, of the key that the request names.
 *
 * Both forms are checked here and not by Fedify's `verifyRequest`, which costs several times as much and cannot express
 * what is needed: queries, `(created)` without Date, `expires` of RFC 9421, `@query`, what must be covered.
 * Sources: draft-cavage-http-signatures-12, RFC 9421, FEP-fe34, and what Mastodon, GoToSocial and Misskey send.
 * @throws Refusal 'signature.missing', 'signature.invalid' or 'signature.key-unavailable', the reason in its details
 */
export async function verifyRequest(
  request: SignedRequest,
  keys: KeyFinder,
  clock: Clock = systemClock,
): Promise<Verified> {
  const now = clock.now()
  const candidates = candidatesOf(request, now)
  let refusal: unknown
  let known: FoundKey | undefined
  for (const candidate of candidates) {
    try {
      const key = await keys.find(candidate.signature.keyUri)
      if (candidate === candidates[0]) known = key
      if (key && age(key, now) < CONFIRMED_MS && proves(request, candidate, key))
        return verified(candidate, key)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusal ??= error
    }
  }
  return verifyAnew(request, { candidate: candidates[0], known }, keys, now, refusal)
}

/** Those that satisfy every rule. Refused for the reason of the first, when there is none. */
function candidatesOf(request: SignedRequest, now: Date): readonly [Candidate, ...Candidate[]] {
  const candidates: Candidate[] = []
  let refusal: unknown
  for (const signature of signaturesOf(request)) {
    try {
      candidates.push({ signature, madeAt: checkRules(signature, request, now) })
    } catch (error) {
      refusal ??= error
    }
  }
  const [first, ...others] = candidates
  if (first === undefined) throw refusal
  return [first, ...others]
}

/** No key that we hold proves it: asks for the key once, if it is unknown or may have been replaced meanwhile. */
async function verifyAnew(
  request: SignedRequest,
  { candidate, known }: { readonly candidate: Candidate; readonly known: FoundKey | undefined },
  keys: KeyFinder,
  now: Date,
  refusal: unknown,
): Promise<Verified> {
  const { keyUri } = candidate.signature
  if (known && age(known, now) < FRESH_MS) throw refusal ?? invalid()
  const key = await askAgain(keys, keyUri, known, now)
  if (key === undefined) return refuse('signature.key-unavailable', { reason: `no key at ${keyUri}` })
  return proves(request, candidate, key) ? verified(candidate, key) : invalid()
}

async function askAgain(
  keys: KeyFinder,
  keyUri: string,
  known: FoundKey | undefined,
  now: Date,
): Promise<FoundKey | undefined> {
  try {
    return await keys.refetch(keyUri)
  } catch (error) {
    // A refusal is an answer: there is no such key, or none that could be believed.
    if (error instanceof Refusal) return undefined
    if (!(error instanceof Transient)) throw error
    return known && age(known, now) < UNCONFIRMED_MS ? known : undefined
  }
}

function proves(request: SignedRequest, { signature }: Candidate, found: FoundKey): boolean {
  checkOwner(signature, found)
  checkAlgorithm(signature, found.kind)
  const key = publicKeyFrom(found.kind, found.publicKey)
  const digest = found.kind === 'rsa' ? 'sha256' : null
  // Node gives header bytes as Latin-1, so this is what came over the wire.
  return baseTexts(signature, request).some((text) =>
    verifyBytes(digest, Buffer.from(text, 'latin1'), key, signature.bytes),
  )
}

/** A key speaks only for an actor on its own server, whatever a document says (FEP-fe34). */
function checkOwner(signature: Signature, found: FoundKey): void {
  if (canonicalUri(found.keyUri) !== signature.keyUri)
    unreadable('the key is another one than the signature names')
  if (!sameOrigin(found.keyUri, found.actorUri)) unreadable('the key is on another server than its owner')
}

/** The word for the algorithm may be left out, but it may not say something else than the key. */
function checkAlgorithm({ form, algorithm }: Signature, kind: FoundKey['kind']): void {
  if (algorithm === undefined || (form === 'cavage' && algorithm === 'hs2019')) return
  const usual = kind === 'ed25519' ? 'ed25519' : form === 'cavage' ? 'rsa-sha256' : 'rsa-v1_5-sha256'
  if (algorithm !== usual) unreadable('the algorithm is not that of the key')
}

function verified({ signature, madeAt }: Candidate, key: FoundKey): Verified {
  return { keyUri: key.keyUri, actorUri: key.actorUri, form: signature.form, madeAt }
}

function age(key: FoundKey, now: Date): number {
  return key.fetchedAt === null ? Number.POSITIVE_INFINITY : now.getTime() - key.fetchedAt.getTime()
}

function invalid(): never {
  return unreadable('the signature does not fit the request')
}

import { hash, verify } from 'node:crypto'
import { isObject, type JsonObject } from '../translate/json.ts'
import { canonicalUri } from './canonical.ts'
import { knownContext } from './loader.ts'
import { isPast } from './proofs.ts'
import { publicKeyFrom } from './public-keys.ts'
import type { SigningKey } from './sign.ts'
import type { KeyFinder } from './verify.ts'

const TYPE = 'RsaSignature2017'
/** The context in which everybody reads what a signature says of itself. */
const IDENTITY = 'https://w3id.org/identity/v1'
/** What a signature may say of itself; Friendica and Hubzilla add a nonce. */
const MOST_OPTIONS = 8
/** Putting a document in order is given up after this long. */
const PATIENCE_MS = 500

/**
 * The document with a Linked Data signature as Mastodon makes and reads it (RsaSignature2017): those who pass it on can
 * show whose it is. Everything is signed, a proof in it included.
 * A name that has no meaning in the document's context is not signed.
 */
export async function addLinkedDataSignature(
  document: JsonObject,
  key: SigningKey,
  now: Date,
): Promise<JsonObject> {
  const options = { creator: key.keyUri, created: now.toISOString() }
  const text = await textOf(options, document)
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', key.privateKey, Buffer.from(text))
  const signatureValue = Buffer.from(signature).toString('base64')
  return { ...document, signature: { type: TYPE, ...options, signatureValue } }
}

/**
 * Whether the document carries a Linked Data signature of its owner that holds, by a key that we hold already (nobody is
 * asked), in contexts that are vendored here. It never authenticates anything: signed documents can be bent (S-029,
 * S-030). At most it is a reason to go and ask at the origin.
 */
export async function hasValidLinkedDataSignature(
  document: JsonObject,
  owner: string,
  keys: KeyFinder,
  now: Date,
): Promise<boolean> {
  const { signature, ...signed } = document
  if (!isObject(signature) || signature.type !== TYPE || isPast(signature.expires, now)) return false
  const { type: _type, id: _id, signatureValue, '@context': _context, ...options } = signature
  const creator = typeof signature.creator === 'string' && canonicalUri(signature.creator)
  if (!creator || typeof signatureValue !== 'string') return false
  if (!isPlain(options)) return false
  const key = await keys.find(creator)
  if (key?.kind !== 'rsa' || canonicalUri(key.actorUri) !== canonicalUri(owner)) return false
  try {
    const text = await textOf(options, signed)
    const bytes = Buffer.from(signatureValue, 'base64')
    return verify('sha256', Buffer.from(text), publicKeyFrom('rsa', key.publicKey), bytes)
  } catch {
    // An unknown context, a poisoned graph, or a key that is none: it proves nothing.
    return false
  }
}

function isPlain(options: JsonObject): boolean {
  const values = Object.values(options)
  return values.length <= MOST_OPTIONS && values.every((value) => typeof value === 'string')
}

async function textOf(options: JsonObject, document: JsonObject): Promise<string> {
  return (await digestOf({ ...options, '@context': IDENTITY })) + (await digestOf(document))
}

/** Loaded when the first is signed: what reads JSON-LD is large, and most starts of the command line need none of it. */
async function digestOf(document: JsonObject): Promise<string> {
  const { default: jsonld } = await import('jsonld')
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const quads = await jsonld.canonize(document, { documentLoader: knownContext, safe: false, signal })
  return hash('sha256', quads, 'hex')
}

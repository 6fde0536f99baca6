import { hash, verify, type webcrypto } from 'node:crypto'
import { type Json, type JsonObject, listOf, objectsOf } from '../translate/json.ts'
import { canonicalUri } from './canonical.ts'
import { canonicalJson } from './jcs.ts'
import { base58From, base58Text } from './multibase.ts'
import { publicKeyFrom } from './public-keys.ts'
import type { KeyFinder } from './verify.ts'

/** An Ed25519 key of ours, ready to sign with, and the address under which others find its public half. */
export interface ProofKey {
  readonly keyUri: string
  readonly privateKey: webcrypto.CryptoKey
}

const SEC = 'https://w3id.org/security#'

/**
 * What the names in a proof mean, written out: no reader has to fetch a context for it. The proof is no graph of its own
 * here as it is in data-integrity/v1, since servers that compact what they read refuse graphs.
 */
export const PROOF_TERMS: JsonObject = {
  DataIntegrityProof: `${SEC}DataIntegrityProof`,
  proof: { '@id': `${SEC}proof`, '@type': '@id' },
  cryptosuite: `${SEC}cryptosuite`,
  verificationMethod: { '@id': `${SEC}verificationMethod`, '@type': '@id' },
  proofPurpose: { '@id': `${SEC}proofPurpose`, '@type': '@vocab' },
  assertionMethod: { '@id': `${SEC}assertionMethod`, '@type': '@id', '@container': '@set' },
  proofValue: { '@id': `${SEC}proofValue`, '@type': `${SEC}multibase` },
  created: {
    '@id': 'http://purl.org/dc/terms/created',
    '@type': 'http://www.w3.org/2001/XMLSchema#dateTime',
  },
}

const TYPE = 'DataIntegrityProof'
const SUITE = 'eddsa-jcs-2022'
/** One is usual; each may cost a check. */
const MOST_PROOFS = 3

/**
 * The document with an object integrity proof over all of it (FEP-8b32, eddsa-jcs-2022). The proof repeats the document's
 * context: some checkers take it from the one place, some from the other. Whole seconds, since Fedify reads the time and
 * writes it anew.
 */
export async function addProof(document: JsonObject, key: ProofKey, now: Date): Promise<JsonObject> {
  const context = [...listOf(document['@context']), PROOF_TERMS]
  const unsecured = { ...document, '@context': context }
  const config = {
    '@context': context,
    type: TYPE,
    cryptosuite: SUITE,
    verificationMethod: key.keyUri,
    proofPurpose: 'assertionMethod',
    created: now.toISOString().replace(/\.\d+Z$/, 'Z'),
  }
  const signature = await crypto.subtle.sign('Ed25519', key.privateKey, hashesOf(config, unsecured))
  return { ...unsecured, proof: { ...config, proofValue: base58Text(new Uint8Array(signature)) } }
}

/**
 * Whether a proof in the document holds: made by the owner with a key that we hold already (nobody is asked), over
 * everything but itself and a Linked Data signature, and not expired. It says that the owner once said this; never who
 * has brought it, nor that it still holds.
 */
export async function hasValidProof(
  document: JsonObject,
  owner: string,
  keys: KeyFinder,
  now: Date,
): Promise<boolean> {
  for (const proof of objectsOf(document.proof).slice(0, MOST_PROOFS)) {
    if (await holds(document, proof, owner, keys, now)) return true
  }
  return false
}

async function holds(
  document: JsonObject,
  proof: JsonObject,
  owner: string,
  keys: KeyFinder,
  now: Date,
): Promise<boolean> {
  const { proofValue, ...config } = proof
  if (proof.type !== TYPE || proof.cryptosuite !== SUITE || proof.proofPurpose !== 'assertionMethod')
    return false
  if (isPast(proof.expires, now)) return false
  const keyUri = typeof proof.verificationMethod === 'string' && canonicalUri(proof.verificationMethod)
  const signature = typeof proofValue === 'string' ? base58From(proofValue, 64) : undefined
  if (!keyUri || !signature) return false
  const key = await keys.find(keyUri)
  if (key?.kind !== 'ed25519' || canonicalUri(key.actorUri) !== canonicalUri(owner)) return false
  const publicKey = publicKeyFrom('ed25519', key.publicKey)
  return readings(document, config).some(([said, unsecured]) =>
    verify(null, hashesOf(said, unsecured), publicKey, signature),
  )
}

/** Fedify leaves the context out of the proof and yet signs it, early senders did neither; the specification does both. */
function readings(document: JsonObject, config: JsonObject): (readonly [JsonObject, JsonObject])[] {
  const { proof: _proof, signature: _signature, ...unsecured } = document
  const own = config['@context']
  if (own === undefined) {
    const context = document['@context']
    return [
      ...(context === undefined ? [] : [[{ ...config, '@context': context }, unsecured] as const]),
      [config, unsecured],
    ]
  }
  return startsWith(document['@context'], own) ? [[config, { ...unsecured, '@context': own }]] : []
}

function startsWith(context: Json | undefined, start: Json): boolean {
  const all = listOf(context).map((item) => canonicalJson(item))
  return listOf(start).every((item, at) => all[at] === canonicalJson(item))
}

function hashesOf(config: JsonObject, unsecured: JsonObject): Buffer {
  return Buffer.concat([config, unsecured].map((part) => hash('sha256', canonicalJson(part), 'buffer')))
}

/** True for a time that has passed, and for one that cannot be read. */
export function isPast(time: Json | undefined, now: Date): boolean {
  if (time === undefined || time === null) return false
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN
  return Number.isNaN(at) || at <= now.getTime()
}

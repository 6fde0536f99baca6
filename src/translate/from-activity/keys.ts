import { createPublicKey } from 'node:crypto'
import type { RemoteKey } from '../../domain/accounts/account.ts'
import { idOf, isObject, type JsonObject, listOf, objectsOf, sameOrigin, textOf, typeOf } from '../json.ts'

const MOST_KEYS = 10
const LONGEST_PEM = 8192
const RSA_BITS = { least: 2048, most: 8192 }
/** base58btc of the two bytes that mean Ed25519 and 32 bytes of key: always this prefix and this length */
const ED25519 = /^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/

/**
 * The keys that an actor document itself shows as its own, at most ten: `publicKey` (one or many) and Multikeys under
 * `assertionMethod` (FEP-521a). A key of another owner, of another origin, of unsafe size, or only named by its id
 * (GoToSocial's stub) is left out.
 */
export function keysOf(actor: JsonObject, actorUri: string): readonly RemoteKey[] {
  const keys = [
    ...objectsOf(actor.publicKey)
      .slice(0, MOST_KEYS)
      .map((key) => pemKey(key, actorUri)),
    ...objectsOf(actor.assertionMethod)
      .slice(0, MOST_KEYS)
      .map((key) => multikey(key, actorUri)),
  ].filter((key) => key !== undefined)
  const byUri = new Map(keys.map((key) => [key.uri, key]))
  return [...byUri.values()].slice(0, MOST_KEYS)
}

/** The actor that a key document or a stub names as its owner. */
export function ownerOf(document: JsonObject): string | undefined {
  const inner = listOf(document.publicKey).find(isObject)
  return idOf(document.owner) ?? idOf(document.controller) ?? (inner && idOf(inner.owner))
}

function pemKey(key: JsonObject, actorUri: string): RemoteKey | undefined {
  const uri = idOf(key)
  const pem = textOf(key.publicKeyPem)
  if (uri === undefined || pem === undefined || pem.length > LONGEST_PEM) return undefined
  // Node would derive the public half; whoever shows the private one has no key worth the name.
  if (pem.includes('PRIVATE')) return undefined
  if (idOf(key.owner) !== actorUri || !sameOrigin(uri, actorUri)) return undefined
  const spki = rsaSpki(pem)
  return spki === undefined ? undefined : { uri, kind: 'rsa', publicKey: spki }
}

/** Some peers send PKCS#1, some with odd line ends: what is stored is SPKI in one form. */
function rsaSpki(pem: string): string | undefined {
  try {
    const key = createPublicKey(pem.trim())
    const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
    const safe =
      key.asymmetricKeyType === 'rsa' &&
      modulusLength >= RSA_BITS.least &&
      modulusLength <= RSA_BITS.most &&
      publicExponent > 1n
    return safe ? key.export({ type: 'spki', format: 'pem' }).toString() : undefined
  } catch {
    return undefined
  }
}

function multikey(key: JsonObject, actorUri: string): RemoteKey | undefined {
  const uri = idOf(key)
  const publicKey = textOf(key.publicKeyMultibase)
  if (
    uri === undefined ||
    publicKey === undefined ||
    typeOf(key) !== 'Multikey' ||
    !ED25519.test(publicKey)
  ) {
    return undefined
  }
  if (idOf(key.controller) !== actorUri || !sameOrigin(uri, actorUri)) return undefined
  return { uri, kind: 'ed25519', publicKey }
}

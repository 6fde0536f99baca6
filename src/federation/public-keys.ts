import { createPublicKey, type KeyObject } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { refuse } from '../base/refusal.ts'
import type { RemoteKey } from '../domain/accounts/account.ts'
import { ed25519From } from './multibase.ts'

/** An RSA key of 8,192 bits takes under 1,500 characters of PEM. */
const LONGEST = 4096
const PUBLIC_PEM = /^\s*-----BEGIN (RSA )?PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END (RSA )?PUBLIC KEY-----\s*$/

/** Ready keys by the text they were made of: importing one costs more than checking a signature with it. */
const ready = new LRUCache<string, KeyObject>({ max: 5000 })

/**
 * A public key of somebody elsewhere, ready to check signatures with.
 * @param text SPKI or PKCS #1 PEM for rsa, base58btc multibase for ed25519
 * @throws Refusal 'signature.invalid' at once when it is unreadable, an RSA key under 2,048 or over 8,192 bits, or one
 *   with an exponent that is worthless (1, even) or made to cost us time (over 33 bits)
 */
export function publicKeyFrom(kind: RemoteKey['kind'], text: string): KeyObject {
  const known = ready.get(text)
  if (known) return known
  if (text.length > LONGEST) refuse('signature.invalid', { reason: 'the public key is too long' })
  const key = kind === 'rsa' ? rsaKeyFrom(text) : ed25519KeyFrom(text)
  ready.set(text, key)
  return key
}

function rsaKeyFrom(pem: string): KeyObject {
  if (!PUBLIC_PEM.test(pem)) unreadable()
  const key = attempt(() => createPublicKey(pem))
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType !== 'rsa') unreadable()
  if (modulusLength < 2048 || modulusLength > 8192) {
    refuse('signature.invalid', { reason: `an RSA key of ${modulusLength} bits is not accepted` })
  }
  if (publicExponent < 3n || publicExponent % 2n === 0n || publicExponent > 0x1_ffff_ffffn) {
    refuse('signature.invalid', { reason: 'the exponent of the RSA key is not accepted' })
  }
  return key
}

function ed25519KeyFrom(multibase: string): KeyObject {
  const bytes = ed25519From(multibase) ?? unreadable()
  const x = Buffer.from(bytes).toString('base64url')
  return attempt(() => createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }))
}

function attempt<T>(read: () => T): T {
  try {
    return read()
  } catch {
    return unreadable()
  }
}

function unreadable(): never {
  return refuse('signature.invalid', { reason: 'the public key cannot be read' })
}

import { createECDH, type ECDH, randomBytes } from 'node:crypto'
import ece from 'http_ece'
import type { PushKeys } from '../../domain/push/subscription.ts'

/** A message as a push service takes it: nobody but the app can read it. */
export interface Encrypted {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** What is random in a message; for tests. */
export interface Chance {
  readonly salt: Buffer
  /** with a key pair of P-256 that is for this message alone */
  readonly ecdh: ECDH
}

/** Encrypts by RFC 8291, which has all in the body. */
export function encryptStandard(plain: Buffer, keys: PushKeys, { salt, ecdh } = newChance()): Encrypted {
  const body = ece.encrypt(plain, {
    version: 'aes128gcm',
    salt,
    privateKey: ecdh,
    dh: keys.p256dh,
    authSecret: keys.auth,
  })
  return { body, headers: { 'Content-Encoding': 'aes128gcm' } }
}

/** Encrypts by the fourth draft of it, which older apps and their relays still read: with salt and key in headers. */
export function encryptOld(plain: Buffer, keys: PushKeys, { salt, ecdh } = newChance()): Encrypted {
  const body = ece.encrypt(plain, {
    version: 'aesgcm',
    salt,
    privateKey: ecdh,
    dh: keys.p256dh,
    authSecret: keys.auth,
  })
  return {
    body,
    headers: {
      'Content-Encoding': 'aesgcm',
      Encryption: `salt=${salt.toString('base64url')}`,
      'Crypto-Key': `dh=${ecdh.getPublicKey('base64url')}`,
    },
  }
}

function newChance(): Chance {
  const ecdh = createECDH('prime256v1')
  ecdh.generateKeys()
  return { salt: randomBytes(16), ecdh }
}

import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  generateKeyPair,
  hkdfSync,
  type KeyObject,
  randomBytes,
  type webcrypto,
} from 'node:crypto'
import { promisify } from 'node:util'
import { LRUCache } from 'lru-cache'
import type { AccountId } from '../base/ids.ts'
import type { Uris } from '../base/uris.ts'
import type { SealedKey } from '../domain/accounts/account.ts'
import type { Keyring } from '../domain/world.ts'
import { multibaseFrom } from './multibase.ts'

export type KeyKind = SealedKey['kind']

/** Makes and seals the keys of our accounts, and opens them again to sign. */
export interface OpeningKeyring extends Keyring {
  /**
   * The private half of a key that `generate` sealed, for signing; opened ones are kept in memory.
   * @param kind RSA when left out, since HTTP signatures are made with it
   * @throws Error with one sentence when the secret, the account or the kind is not the one it was sealed with
   */
  open(sealed: Buffer, accountId: AccountId, kind?: KeyKind): Promise<webcrypto.CryptoKey>
}

const FORMAT = 1
const IV_LENGTH = 12
const TAG_LENGTH = 16
const OPENED_AT_MOST = 1000

export const webCryptoAlgorithms = {
  rsa: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  ed25519: { name: 'Ed25519' },
} as const

/**
 * Keys are sealed with AES-256-GCM under a key derived from the secret (HKDF-SHA-256), and bound to the account and the
 * kind of key, so that a row copied to another account opens for nobody.
 * Layout of what is sealed: format (1 byte), IV (12), PKCS #8 encrypted, tag (16).
 */
export function createKeyring(secret: { reveal(): string }, uris: Uris): OpeningKeyring {
  const sealingKey = Buffer.from(
    hkdfSync('sha256', secret.reveal(), '', 'weft: private keys of accounts', 32),
  )
  const opened = new LRUCache<string, webcrypto.CryptoKey>({ max: OPENED_AT_MOST })
  return {
    async generate(accountId) {
      const [rsa, ed25519] = await Promise.all([
        generate('rsa', { modulusLength: 2048, publicExponent: 0x10001 }),
        generate('ed25519'),
      ])
      return [
        {
          uri: uris.rsaKey(accountId),
          kind: 'rsa',
          publicKey: rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
          privateKeySealed: seal(sealingKey, rsa.privateKey, accountId, 'rsa'),
        },
        {
          uri: uris.ed25519Key(accountId),
          kind: 'ed25519',
          publicKey: multibaseFrom(
            Buffer.from(ed25519.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
          ),
          privateKeySealed: seal(sealingKey, ed25519.privateKey, accountId, 'ed25519'),
        },
      ]
    },
    async open(sealed, accountId, kind = 'rsa') {
      const name = `${accountId} ${kind} ${sealed.toString('base64')}`
      const known = opened.get(name)
      if (known) return known
      const key = unseal(sealingKey, sealed, accountId, kind).toCryptoKey(webCryptoAlgorithms[kind], true, [
        'sign',
      ])
      opened.set(name, key)
      return key
    },
  }
}

const generate: {
  (kind: 'rsa', options: { modulusLength: number; publicExponent: number }): Promise<KeyPair>
  (kind: 'ed25519'): Promise<KeyPair>
} = promisify(generateKeyPair)

interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

function seal(sealingKey: Buffer, key: KeyObject, accountId: AccountId, kind: KeyKind): Buffer {
  const iv = randomBytes(IV_LENGTH)
  const cipher = createCipheriv('aes-256-gcm', sealingKey, iv, { authTagLength: TAG_LENGTH })
  cipher.setAAD(boundTo(accountId, kind))
  const plain = key.export({ type: 'pkcs8', format: 'der' })
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()])
  plain.fill(0)
  return Buffer.concat([Buffer.from([FORMAT]), iv, encrypted, cipher.getAuthTag()])
}

function unseal(sealingKey: Buffer, sealed: Buffer, accountId: AccountId, kind: KeyKind): KeyObject {
  if (sealed[0] !== FORMAT || sealed.length <= 1 + IV_LENGTH + TAG_LENGTH) {
    throw new Error(
      `The private key of account ${accountId} is not in a form that this version of Weft can read.`,
    )
  }
  const decipher = createDecipheriv('aes-256-gcm', sealingKey, sealed.subarray(1, 1 + IV_LENGTH), {
    authTagLength: TAG_LENGTH,
  })
  decipher.setAAD(boundTo(accountId, kind))
  decipher.setAuthTag(sealed.subarray(-TAG_LENGTH))
  const plain = decipher.update(sealed.subarray(1 + IV_LENGTH, -TAG_LENGTH))
  try {
    decipher.final()
  } catch {
    throw new Error(
      `The private key of account ${accountId} cannot be opened: WEFT_SECRET is not the one that it was sealed with.`,
    )
  }
  const key = createPrivateKey({ key: plain, type: 'pkcs8', format: 'der' })
  plain.fill(0)
  return key
}

function boundTo(accountId: AccountId, kind: KeyKind): Buffer {
  return Buffer.from(`${accountId}:${kind}`)
}

import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

/** One key of somebody elsewhere, with everything that a test may want to publish or sign with. */
export interface PeerKey {
  readonly uri: string
  readonly kind: 'rsa' | 'ed25519'
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  /** SPKI */
  readonly publicPem: string
  /** base58btc multibase of the Multikey form; ed25519 only, empty for rsa */
  readonly multibase: string
}

const generate = promisify(generateKeyPair)

export async function makeRsaKey(uri: string, bits = 2048): Promise<PeerKey> {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: bits })
  return { uri, kind: 'rsa', publicKey, privateKey, publicPem: pem(publicKey), multibase: '' }
}

export async function makeEd25519Key(uri: string): Promise<PeerKey> {
  const { publicKey, privateKey } = await generate('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const multibase = `z${base58(Buffer.concat([Buffer.from([0xed, 0x01]), raw]))}`
  return { uri, kind: 'ed25519', publicKey, privateKey, publicPem: pem(publicKey), multibase }
}

function pem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

function base58(bytes: Buffer): string {
  let number = BigInt(`0x${bytes.toString('hex') || '0'}`)
  let text = ''
  while (number > 0n) {
    text = ALPHABET[Number(number % 58n)] + text
    number /= 58n
  }
  const zeros = bytes.findIndex((byte) => byte !== 0)
  return '1'.repeat(zeros === -1 ? bytes.length : zeros) + text
}

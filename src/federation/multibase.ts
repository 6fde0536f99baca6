import baseX from '@multiformats/base-x'

const base58 = baseX('123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz')
/** Multicodec of an Ed25519 public key. */
const PREFIX = [0xed, 0x01]
const LENGTH = 32

/** 32 bytes of an Ed25519 public key as a Multikey writes them: multibase, base58btc, with their multicodec. */
export function multibaseFrom(key: Uint8Array): string {
  if (key.length !== LENGTH) throw new RangeError(`an Ed25519 key of ${key.length} bytes`)
  return `z${base58.encode(Uint8Array.from([...PREFIX, ...key]))}`
}

/** The 32 bytes again; undefined for anything else than an Ed25519 key in base58btc. */
export function ed25519From(multibase: string): Uint8Array | undefined {
  // 34 bytes take 46 to 48 characters; longer texts are not worth decoding.
  if (!/^z[1-9A-HJ-NP-Za-km-z]{40,50}$/.test(multibase)) return undefined
  const bytes = base58.decode(multibase.slice(1))
  const isKey = bytes.length === PREFIX.length + LENGTH && PREFIX.every((byte, at) => bytes[at] === byte)
  return isKey ? bytes.subarray(PREFIX.length) : undefined
}

/** Bytes in multibase, base58btc. */
export function base58Text(bytes: Uint8Array): string {
  return `z${base58.encode(bytes)}`
}

/** The bytes again, if they are `length` long; undefined for anything else. */
export function base58From(text: string, length: number): Uint8Array | undefined {
  // 58 holds less than six bits, and more than five.
  if (text.length > 1 + Math.ceil((length * 8) / 5) || !/^z[1-9A-HJ-NP-Za-km-z]+$/.test(text))
    return undefined
  const bytes = base58.decode(text.slice(1))
  return bytes.length === length ? bytes : undefined
}

import { createECDH, hkdfSync } from 'node:crypto'
import type { Secret } from '../../base/secret.ts'

/** What this server is known by to push services (RFC 8292): P-256, base64url without padding. */
export interface VapidKeys {
  /** uncompressed, as browsers take it */
  readonly publicKey: string
  readonly privateKey: string
}

const CURVE = 'prime256v1'
const made = new WeakMap<Secret, VapidKeys>()

/** Made of the server's secret, so that there is nothing to keep, and it stays the same as long as that does. */
export function vapidKeys(secret: Secret): VapidKeys {
  const known = made.get(secret)
  if (known) return known
  const keys = derive(secret.reveal(), 0)
  made.set(secret, keys)
  return keys
}

/** One number in four milliards is none of the curve; then it is the next one. */
function derive(secret: string, attempt: number): VapidKeys {
  const scalar = Buffer.from(hkdfSync('sha256', secret, 'weft', `web push vapid ${attempt}`, 32))
  const ecdh = createECDH(CURVE)
  try {
    ecdh.setPrivateKey(scalar)
  } catch {
    return derive(secret, attempt + 1)
  }
  return { publicKey: ecdh.getPublicKey('base64url'), privateKey: scalar.toString('base64url') }
}

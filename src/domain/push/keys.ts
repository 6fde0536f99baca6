import { ECDH } from 'node:crypto'
import { refuse } from '../../base/refusal.ts'
import { seal, unseal, type Vault } from '../accounts/vault.ts'
import type { PushKeys } from './subscription.ts'

const POINT_LENGTH = 65
const AUTH_LENGTH = 16

/**
 * The keys of an app, as it sends them.
 * @throws Refusal 'push.keys' when they are none: a message for them could not be made
 */
export function pushKeysFrom(p256dh: string, auth: string): PushKeys {
  const keys = { p256dh: bytesOf(p256dh), auth: bytesOf(auth) }
  if (keys.auth.length !== AUTH_LENGTH || !isPoint(keys.p256dh)) refuse('push.keys')
  return keys
}

/** Browsers write base64url without padding, some apps base64 with it. */
function bytesOf(text: string): Buffer {
  return /^[\w+/-]{1,200}={0,2}$/.test(text) ? Buffer.from(text, 'base64url') : Buffer.alloc(0)
}

/** Uncompressed, and on the curve. */
function isPoint(bytes: Buffer): boolean {
  if (bytes.length !== POINT_LENGTH || bytes[0] !== 4) return false
  try {
    ECDH.convertKey(bytes, 'prime256v1')
    return true
  } catch {
    return false
  }
}

/** What no row may say in clear. */
export interface PushSecrets {
  readonly token: string
  readonly auth: Buffer
}

/** The secret of the app, then the token, sealed for the subscription of that token alone. */
export function sealPush(vault: Vault, { token, auth }: PushSecrets, tokenHash: Buffer): Buffer {
  return seal(vault, Buffer.concat([auth, Buffer.from(token)]), boundTo(tokenHash))
}

/** Undefined when the secret of the server is another one by now. */
export function unsealPush(vault: Vault, sealed: Buffer, tokenHash: Buffer): PushSecrets | undefined {
  const plain = unseal(vault, sealed, boundTo(tokenHash))
  return plain && { auth: plain.subarray(0, AUTH_LENGTH), token: plain.subarray(AUTH_LENGTH).toString() }
}

function boundTo(tokenHash: Buffer): string {
  return `push subscription ${tokenHash.toString('base64url')}`
}

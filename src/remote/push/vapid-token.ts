import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../base/clock.ts'
import type { VapidKeys } from '../../domain/push/vapid.ts'

/** Says to a push service, by its origin, which server asks (RFC 8292). */
export type VapidTokens = (origin: string) => string

const HOUR_MS = 3_600_000
/** A token may hold for a day; clocks differ. */
const HOLDS_MS = 12 * HOUR_MS
const KEPT_MS = 6 * HOUR_MS
const SERVICES = 200

/** @param contact where whoever runs a push service finds who asks: `https:` or `mailto:` */
export function createVapidTokens(keys: VapidKeys, contact: string, clock: Clock): VapidTokens {
  const key = privateKeyFrom(keys)
  const made = new LRUCache<string, { readonly token: string; readonly at: number }>({ max: SERVICES })
  return (origin) => {
    const now = clock.now().getTime()
    const known = made.get(origin)
    if (known && Math.abs(now - known.at) < KEPT_MS) return known.token
    const exp = Math.floor((now + HOLDS_MS) / 1000)
    const token = tokenFrom(key, { aud: origin, exp, sub: contact })
    made.set(origin, { token, at: now })
    return token
  }
}

function tokenFrom(key: KeyObject, claims: object): string {
  const text = [{ typ: 'JWT', alg: 'ES256' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}

function privateKeyFrom({ publicKey, privateKey }: VapidKeys): KeyObject {
  const point = Buffer.from(publicKey, 'base64url')
  const at = (from: number) => point.subarray(from, from + 32).toString('base64url')
  return createPrivateKey({
    key: { kty: 'EC', crv: 'P-256', x: at(1), y: at(33), d: privateKey },
    format: 'jwk',
  })
}

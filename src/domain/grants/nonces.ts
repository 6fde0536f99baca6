import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'

/** How long a nonce is given out; it is taken for as long again. */
const WINDOW_MS = 300_000

/** Nonces for DPoP proofs (RFC 9449 §8). They follow from the secret and the time, so every process knows them. */
export interface Nonces {
  current(): string
  holds(nonce: string): boolean
}

export function createNonces(secret: string, clock: Clock): Nonces {
  const made = new Map<number, string>()
  const now = () => Math.floor(clock.now().getTime() / WINDOW_MS)
  const nonceOf = (window: number) => {
    const known = made.get(window)
    if (known !== undefined) return known
    const nonce = createHmac('sha256', secret)
      .update(`weft proof nonce, version 1\n${window}`)
      .digest('base64url')
    if (made.size > 4) made.clear()
    made.set(window, nonce)
    return nonce
  }
  return {
    current: () => nonceOf(now()),
    holds(nonce) {
      const given = Buffer.from(nonce)
      const window = now()
      return [window, window - 1].some((each) => {
        const right = Buffer.from(nonceOf(each))
        return given.length === right.length && timingSafeEqual(given, right)
      })
    },
  }
}

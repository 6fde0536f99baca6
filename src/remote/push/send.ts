import type { Clock } from '../../base/clock.ts'
import { retryAfterFrom } from '../../jobs/retry.ts'
import type { WayOut } from '../way-out.ts'
import type { Encrypted } from './encrypt.ts'
import type { VapidTokens } from './vapid-token.ts'

/**
 * What a push service made of a message.
 * - `taken`: it will tell the app
 * - `gone`: there is no such app any more
 * - `refused`: it does not take this one, nor will it later
 * - `later`: not this one now
 * - `away`: nothing now
 * - `not-sent`: it was not asked
 */
export type PushOutcome =
  | { readonly result: 'taken' }
  | { readonly result: 'gone' }
  | { readonly result: 'refused'; readonly reason: string }
  | { readonly result: 'not-sent'; readonly retryAfterSeconds: number }
  | {
      readonly result: 'later' | 'away'
      readonly reason: string
      readonly retryAfterSeconds?: number | undefined
    }

export interface Pushed {
  readonly endpoint: string
  readonly standard: boolean
  readonly message: Encrypted
}

export interface SendParts {
  readonly dispatcher: WayOut
  readonly clock: Clock
  readonly tokens: VapidTokens
  /** base64url */
  readonly publicKey: string
}

/** So long a push service keeps a message for an app that cannot be had: as Mastodon. */
const TTL_SECONDS = 48 * 3600
const LIMITS = { deadlineMs: 10_000, maxBytes: 65_536, encoded: true }

/** Hands one message to a push service (RFC 8030). Never throws, and never says the address, which is a secret. */
export async function sendPush(parts: SendParts, pushed: Pushed): Promise<PushOutcome> {
  const url = new URL(pushed.endpoint)
  try {
    const headers = headersFor(parts, url, pushed)
    const response = await parts.dispatcher.ask(
      url,
      { method: 'POST', headers, body: pushed.message.body },
      LIMITS,
    )
    await response.body.dump({ limit: LIMITS.maxBytes }).catch(() => undefined)
    const retryAfter = response.headers['retry-after']
    return outcomeOf(response.statusCode, retryAfterFrom([retryAfter ?? ''].flat()[0], parts.clock.now()))
  } catch (error) {
    return { result: 'away', reason: error instanceof Error ? error.message : String(error) }
  }
}

function outcomeOf(status: number, retryAfterSeconds: number | undefined): PushOutcome {
  if (status >= 200 && status < 300) return { result: 'taken' }
  if (status === 404 || status === 410) return { result: 'gone' }
  const reason = `it answered ${status}`
  if (status >= 500) return { result: 'away', reason, retryAfterSeconds }
  const passes = status === 408 || status === 425 || status === 429
  return passes ? { result: 'later', reason, retryAfterSeconds } : { result: 'refused', reason }
}

function headersFor(
  { tokens, publicKey }: SendParts,
  url: URL,
  { standard, message }: Pushed,
): Record<string, string> {
  const token = tokens(url.origin)
  const cryptoKey = message.headers['Crypto-Key']
  return {
    ...message.headers,
    'Content-Type': 'application/octet-stream',
    TTL: String(TTL_SECONDS),
    Urgency: 'normal',
    Authorization: standard ? `vapid t=${token}, k=${publicKey}` : `WebPush ${token}`,
    ...(cryptoKey && !standard && { 'Crypto-Key': `${cryptoKey};p256ecdsa=${publicKey}` }),
  }
}

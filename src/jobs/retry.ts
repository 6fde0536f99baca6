const MINUTES = [1, 5, 15, 30, 60, 120, 240, 480]
const LAST_MINUTES = 720
const JITTER = 0.2
const SHORTEST_SECONDS = 30
const LONGEST_SECONDS = 86_400

/** How often a job, or what came from another server, is tried before it is set aside: for about a day. */
export const JOB_ATTEMPTS = 10

export interface Wait {
  /** failures so far, this one included */
  readonly failures: number
  /** what the other side asked for */
  readonly retryAfterSeconds?: number | undefined
  /** 0 to 1; for tests */
  readonly chance?: number
}

/**
 * How many seconds to wait after a failure: 1, 5, 15, 30 minutes, 1, 2, 4, 8 hours, then 12 hours each time, ±20 %. A
 * Retry-After goes before the table, between half a minute and a day, and is never cut short by chance.
 */
export function waitSeconds({ failures, retryAfterSeconds, chance = Math.random() }: Wait): number {
  if (retryAfterSeconds !== undefined) {
    const asked = Math.min(Math.max(retryAfterSeconds, SHORTEST_SECONDS), LONGEST_SECONDS)
    return asked * (1 + chance * 0.1)
  }
  const minutes = MINUTES[Math.max(failures, 1) - 1] ?? LAST_MINUTES
  return minutes * 60 * (1 + (chance * 2 - 1) * JITTER)
}

/**
 * Reads a Retry-After header, in seconds or as a date (RFC 9110, section 10.2.3); garbage is as none.
 * @returns seconds from now, never negative, at most a day
 */
export function retryAfterFrom(header: string | null | undefined, now: Date): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d{1,15}$/.test(text)) return Math.min(Number(text), LONGEST_SECONDS)
  // Date.parse takes much for a date that is none; the three forms of HTTP all begin with a weekday.
  const at = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) return undefined
  return Math.min(Math.max((at - now.getTime()) / 1000, 0), LONGEST_SECONDS)
}

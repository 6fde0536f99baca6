/** One number that a gauge shows, with what tells it from its siblings. */
export interface Reading {
  readonly value: number
  readonly labels?: Readonly<Record<string, string>>
}

/**
 * - `queue.depth`: work that waits, by kind of queue
 * - `queue.oldest`: seconds that the oldest of it is overdue, by kind of queue
 * - `hosts`: other servers, by what we know of them: well, failing, dead
 */
export type Gauge = 'queue.depth' | 'queue.oldest' | 'hosts'

/**
 * What a room may count and show, without knowing who reads it. Labels are few and fixed words: never a host, a name
 * or anything that others choose, or the numbers grow without bound.
 */
export interface Instruments {
  /** deliveries that came to an end or were put off, by result */
  countDeliveries(result: string, count?: number): void
  /** activities that came in, by what became of them: accepted, seen, refused, processed, … */
  countIntake(result: string, count?: number): void
  /** work that was given up, by reason */
  countDropped(reason: string, count?: number): void
  /** leases that were taken over from a worker that died or was too slow */
  countLeaseExpiries(count?: number): void
  /** Shows what `read` finds whenever somebody looks; a `read` that fails shows nothing. */
  observe(gauge: Gauge, read: () => Promise<readonly Reading[]> | readonly Reading[]): void
}

/** Where nobody looks. */
export const silentInstruments: Instruments = {
  countDeliveries: () => undefined,
  countIntake: () => undefined,
  countDropped: () => undefined,
  countLeaseExpiries: () => undefined,
  observe: () => undefined,
}

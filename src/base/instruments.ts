/** One number that a gauge shows, with what tells it from its siblings. */
export interface Reading {
  readonly value: number
  readonly labels?: Readonly<Record<string, string>>
}

/**
 * - `queue.depth`: work that waits, by queue
 * - `queue.oldest`: seconds that the oldest of it is overdue, by queue
 * - `queue.dead`: work that was given up and can be tried again by hand, by queue
 * - `hosts`: other servers, by how they answered last
 */
export type Gauge = 'queue.depth' | 'queue.oldest' | 'queue.dead' | 'hosts'

/**
 * What a room may count and show, without knowing who reads it. Labels are few and fixed words: never a host, a name
 * or anything that others choose, or the numbers grow without bound.
 */
export interface Instruments {
  /** deliveries that came to an end or were put off, by result */
  countDeliveries(result: string, count?: number): void
  /** how long one took */
  timeDelivery(seconds: number): void
  /** one job was run */
  countJob(kind: string, result: string, seconds: number): void
  /** activities that came in, by what became of them: accepted, seen, refused, processed, … */
  countIntake(result: string, count?: number): void
  /** seconds by which the clock of a server that signed a request is ahead of ours */
  recordClockSkew(seconds: number): void
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
  timeDelivery: () => undefined,
  countJob: () => undefined,
  countIntake: () => undefined,
  recordClockSkew: () => undefined,
  countDropped: () => undefined,
  countLeaseExpiries: () => undefined,
  observe: () => undefined,
}

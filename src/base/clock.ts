/** Where the server reads the time; a test hands in one that it can move. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** What is asked of other servers because somebody here looked, and how often. */
export const crawlLimits = {
  /** addresses asked for in one round, pages of lists included (S-071) */
  requests: 1000,
  /** posts found in one round */
  posts: 1000,
  /** replies taken from the list of one post */
  repliesPerPost: 500,
  /** pages of one list: many servers put five replies on a page */
  pages: 100,
  /** pages in a row in which nothing was new */
  barrenPages: 2,
  /** replies to replies to replies */
  depth: 100,
  /** failures after which an address is left alone until somebody looks again */
  attempts: 4,
  /** failures of a host in a row after which all that it was to be asked for is dropped */
  hostFailures: 4,
  /** pages of an outbox at once */
  outboxPages: 2,
} as const

const MINUTE_MS = 60_000
const YOUNG_MS = 5 * MINUTE_MS
const REST_MS = 15 * MINUTE_MS
const LONGEST_REST_MS = 7 * 24 * 60 * MINUTE_MS
/** What was said so long ago changes as slowly. */
const SHARE_OF_AGE = 8
/** A round that stands still for so long was lost, and another may begin. */
export const STALE_MS = 60 * MINUTE_MS

/**
 * Whether the server of a post may be asked again what was said to it: not while it is so young that answers still come
 * by themselves, not within a quarter of an hour, and the older it is the more seldom: an eighth of its age, a week at
 * most.
 */
export function mayAskAgain(publishedAt: Date, askedAt: Date | null, now: Date): boolean {
  const age = now.getTime() - publishedAt.getTime()
  if (age < YOUNG_MS) return false
  return askedAt === null || now.getTime() - askedAt.getTime() >= restAfter(age)
}

/** The same for what a profile has said and how many follow it. */
export function mayVisitAgain(askedAt: Date | null, now: Date): boolean {
  return askedAt === null || now.getTime() - askedAt.getTime() >= REST_MS
}

function restAfter(ageMs: number): number {
  return Math.min(Math.max(ageMs / SHARE_OF_AGE, REST_MS), LONGEST_REST_MS)
}

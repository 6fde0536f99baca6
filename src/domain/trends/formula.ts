/**
 * What makes a trend, in numbers; docs/decisions tells the formula. All of it is bounded: however much is said, a round
 * looks at so many posts and no more.
 */
export const trendRules = {
  /** people below which nothing is one */
  fewest: 3,
  /** what somebody says counts half after this long */
  halfLifeMs: 12 * 3_600_000,
  /** how far back is looked for what is said now */
  nowMs: 48 * 3_600_000,
  /** … and for posts that many like */
  postsMs: 72 * 3_600_000,
  /** days before that, by which is known what is usual */
  usualDays: 5,
  /** the newest posts that are looked at */
  mostPosts: 100_000,
  /** as many are kept of each kind */
  mostKept: 100,
  /** posts whose likes and boosts are looked at one by one, and how many of each */
  mostWeighed: 200,
  mostVoices: 1000,
  /** uses of one tag or link that are looked at, for what is usual and for its days */
  mostUses: 2000,
} as const

export const DAY_MS = 86_400_000
/** as the API tells them */
export const TOLD_DAYS = 7

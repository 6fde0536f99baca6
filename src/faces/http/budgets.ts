import type { Request, RequestHandler, Response } from 'express'
import { LRUCache } from 'lru-cache'
import type { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { refuse } from '../../base/refusal.ts'
import type { Db } from '../../db/connect.ts'
import { type Left, tallyOf } from '../../domain/limits/tally.ts'
import { type Bearer, bearerOf } from './auth.ts'
import { addressOf, queryable } from './limits.ts'

/** How much may be done within a window of so many seconds. */
interface Policy {
  readonly name: 'burst' | 'sustained'
  readonly quota: number
  readonly seconds: number
}
interface Budget {
  readonly policies: readonly Policy[]
  /** never given out beyond its quota, by whichever process; what is only read is counted as `Tally` has it */
  readonly strict: boolean
  /** what is counted, where that is no requests: kibibytes, told as bytes */
  readonly unit?: 'bytes'
}

const budget = (
  burst: readonly [quota: number, seconds: number],
  sustained: readonly [quota: number, seconds: number],
  strict: boolean,
): Budget => ({
  policies: [
    { name: 'burst', quota: burst[0], seconds: burst[1] },
    { name: 'sustained', quota: sustained[0], seconds: sustained[1] },
  ],
  strict,
})

/** What programs may do before they are asked to wait; to scroll, however fast, is far below. */
const budgets = {
  read: budget([1200, 60], [12_000, 900], false),
  search: budget([120, 60], [1200, 900], false),
  /** what opens a stream, or asks for a ticket for one: by whose app, and from one address whoever that is */
  stream: budget([120, 60], [1800, 3600], false),
  write: budget([120, 60], [1800, 3600], true),
  /** what makes us ask other servers */
  proxy: budget([120, 60], [1200, 3600], true),
  upload: { ...budget([256 * 1024, 600], [4 * 1024 * 1024, 86_400], true), unit: 'bytes' },
} as const satisfies Record<string, Budget>
export type ApiBudget = keyof typeof budgets

/** A flood of ever new keys pushes out the oldest counters rather than filling the memory. */
const MOST_KEYS = 50_000

export interface BudgetParts {
  readonly db: Db
  readonly config: { readonly rateLimits: boolean }
}

export interface Budgets {
  /**
   * Counts against whoever asks: the app's grant and the person behind it, or else the address. Says in the answer what is
   * left, and refuses with `request.too-many`.
   * @param points how much of it, where that is not one request: bytes of an upload
   */
  spend(req: Request, res: Response, name: ApiBudget, points?: number): Promise<void>
  /** The same where the app is known by something else than its token in a header. */
  spendAs(bearer: Pick<Bearer, 'grantId' | 'account'>, res: Response, name: ApiBudget): Promise<void>
  /** The same against something else than who asks: the host that a proxied request goes to. */
  spendFor(key: string, res: Response, name: ApiBudget, points?: number): Promise<void>
  limit(name: ApiBudget): RequestHandler
}

const made = new WeakMap<Db, Budgets>()

/** The budgets of this process: the same for all who ask for those of one database. */
export function budgetsOf(parts: BudgetParts): Budgets {
  const known = made.get(parts.db)
  if (known) return known
  const fresh = createBudgets(parts)
  made.set(parts.db, fresh)
  return fresh
}

function createBudgets({ db, config }: BudgetParts): Budgets {
  const windows = Object.fromEntries(
    Object.entries(budgets).map(([name, { policies, strict }]) => [
      name,
      policies.map((policy) => (strict ? strictWindow(db, name, policy) : talliedWindow(db, name, policy))),
    ]),
  ) as Record<ApiBudget, Window[]>

  async function spendOf(keys: readonly string[], res: Response, name: ApiBudget, points: number) {
    const { policies, unit }: Budget = budgets[name]
    const amount = unit === 'bytes' ? Math.ceil(points / 1024) : points
    const states: Left[] = []
    for (const window of windows[name]) {
      const found: Left[] = []
      for (const key of keys) {
        const state = window(key, amount)
        found.push(state instanceof Promise ? await state : state)
      }
      states.push(found.reduce((a, b) => (b.left < a.left ? b : a)))
    }
    tell(res, policies, states, unit)
    const over = states.filter(({ left }) => left < 0)
    if (over.length > 0) refuse('request.too-many', { retryAfterSeconds: Math.max(...over.map(waitOf)) })
  }

  const spendFor: Budgets['spendFor'] = async (key, res, name, points = 1) => {
    if (config.rateLimits) await spendOf([key], res, name, points)
  }
  const spend: Budgets['spend'] = async (req, res, name, points = 1) => {
    if (config.rateLimits) await spendOf(keysOf(req), res, name, points)
  }
  const spendAs: Budgets['spendAs'] = async (bearer, res, name) => {
    if (config.rateLimits) await spendOf(keysFor(bearer), res, name, 1)
  }
  return {
    spend,
    spendAs,
    spendFor,
    limit: (name) => (req, res, next) => {
      spend(req, res, name).then(() => next(), next)
    },
  }
}

function keysOf(req: Request): readonly string[] {
  const bearer = bearerOf(req)
  return bearer ? keysFor(bearer) : [addressOf(req)]
}

const keysFor = ({ grantId, account }: Pick<Bearer, 'grantId' | 'account'>) => [
  `grant ${grantId}`,
  `account ${account.id}`,
]

type Window = (key: string, points: number) => Left | Promise<Left>

const waitOf = ({ until }: Left) => Math.max(1, Math.ceil((until - Date.now()) / 1000))

/** draft-ietf-httpapi-ratelimit-headers-10. */
function tell(
  res: Response,
  policies: readonly Policy[],
  states: readonly Left[],
  unit: 'bytes' | undefined,
): void {
  const scale = unit === 'bytes' ? 1024 : 1
  const what = unit === 'bytes' ? ';qu="content-bytes"' : ''
  const policy = policies.map(
    ({ name, quota, seconds }) => `"${name}";q=${quota * scale}${what};w=${seconds}`,
  )
  const left = policies.map(({ name, quota }, at) => {
    const state = states[at] ?? { left: quota, until: 0 }
    return `"${name}";r=${Math.max(0, state.left) * scale};t=${waitOf(state)}`
  })
  res.setHeader('RateLimit-Policy', policy.join(', '))
  res.setHeader('RateLimit', left.join(', '))
}

function talliedWindow(db: Db, budgetName: string, { name, quota, seconds }: Policy): Window {
  const allowance = { name: `api ${budgetName} ${name}`, points: quota, seconds }
  return (key, points) => tallyOf(db).count(allowance, key, points)
}

/** A lease is this part of a window: so often, at most, the database is asked while somebody uses it up. */
const LEASES = 20

/** Counts in the database; each process takes a part of the window at a time, and of that it gives without asking. */
function strictWindow(db: Db, budgetName: string, policy: Policy): Window {
  const leases = new LRUCache<string, { left: number; beyond: number; until: number }>({ max: MOST_KEYS })
  let limiter: Promise<RateLimiterPostgres> | undefined
  return async (key, points) => {
    const held = leases.get(key)
    if (held && held.until > Date.now() && (held.left >= points || held.beyond <= 0)) {
      held.left -= points
      return { left: held.left + Math.max(0, held.beyond), until: held.until }
    }
    limiter ??= makeLimiter(db, budgetName, policy)
    const asked = Math.max(points, Math.ceil(policy.quota / LEASES))
    const { consumedPoints, msBeforeNext } = await consume(await limiter, key, asked)
    const beyond = policy.quota - consumedPoints
    // Of the last part there may be less left than was asked for.
    const lease = { left: asked + Math.min(0, beyond) - points, beyond, until: Date.now() + msBeforeNext }
    leases.set(key, lease)
    return { left: lease.left + Math.max(0, beyond), until: lease.until }
  }
}

async function makeLimiter(db: Db, budgetName: string, { name, quota, seconds }: Policy) {
  const { RateLimiterPostgres } = await import('rate-limiter-flexible')
  return new RateLimiterPostgres({
    storeClient: queryable(db),
    storeType: 'pool',
    tableName: 'rate_limit',
    tableCreated: true,
    keyPrefix: `api ${budgetName} ${name}`,
    points: quota,
    duration: seconds,
    clearExpiredByTimeout: false,
  })
}

async function consume(limiter: RateLimiterPostgres, key: string, points: number): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key, points)
  } catch (error) {
    // What is no error is the limiter's word for too many.
    if (error instanceof Error) throw error
    return error as RateLimiterRes
  }
}

import { createHash } from 'node:crypto'
import type { Application, Request, RequestHandler, Response } from 'express'
import ipaddr from 'ipaddr.js'
import type { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { Log } from '../../base/log.ts'
import { refuse } from '../../base/refusal.ts'
import type { Db } from '../../db/connect.ts'
import { statement } from '../../db/statement.ts'
import { tallyOf } from '../../domain/limits/tally.ts'
import { sessionOf } from './sessions.ts'

/** What a visitor may do within a window, before being asked to wait; counted for all processes together, as `Tally` has it. */
const budgets = {
  read: { points: 900, seconds: 300 },
  write: { points: 60, seconds: 300 },
  /** what may make us ask another server */
  ask: { points: 30, seconds: 300 },
  /** what apps ask of the authorization server themselves, from one address */
  token: { points: 300, seconds: 300 },
  /** apps that make themselves known, and stay until somebody has let them in or a week is over */
  register: { points: 20, seconds: 3600 },
  /** what apps send ahead; of one that is new its description is asked for */
  push: { points: 120, seconds: 300 },
  /** one app, for all who use it */
  tokenClient: { points: 6000, seconds: 300 },
} as const
export type BudgetName = keyof typeof budgets

/** Sign-in attempts, right ones excepted; counted in the database, so for all processes together. */
const signInBudgets = {
  address: { points: 20, seconds: 300 },
  account: { points: 5, seconds: 60 },
  accountHourly: { points: 20, seconds: 3600 },
  everybody: { points: 1000, seconds: 300 },
  /** Second factors: whoever tries them may know the password, so the right one forgives nothing here. */
  factor: { points: 5, seconds: 60 },
  factorHourly: { points: 20, seconds: 3600 },
  factorDaily: { points: 60, seconds: 86_400 },
} as const

export interface LimitParts {
  readonly db: Db
  readonly config: { readonly rateLimits: boolean; readonly trustedProxies: readonly string[] }
  readonly log: Log
}

export interface Limits {
  /** Counts a request against its address, and its account when somebody is signed in; refuses with `request.too-many`. */
  limit(name: BudgetName): RequestHandler
  /** Counts against something else than who asks, in the same way. */
  count(name: BudgetName, key: string): Promise<void>
  /** Before a password is checked: refuses with `request.too-many` when address, account or all together tried too often. */
  trySignIn(req: Request, login: string): Promise<void>
  /** After the right password: forgets the account's earlier attempts. */
  forgiveSignIn(login: string): Promise<void>
  /** The same for codes and passkeys, by whose they are. */
  tryFactor(req: Request, whose: string): Promise<void>
  forgiveFactor(whose: string): Promise<void>
}

/** Forwarding headers count only from these addresses and ranges; without any they are never looked at. */
export function trustProxies(app: Application, trusted: readonly string[]): void {
  app.set('trust proxy', trusted.length === 0 ? false : [...trusted])
}

export function createLimits(parts: LimitParts): Limits {
  if (!parts.config.rateLimits) {
    return {
      limit: () => (_req, _res, next) => next(),
      count: async () => undefined,
      trySignIn: async () => undefined,
      forgiveSignIn: async () => undefined,
      tryFactor: async () => undefined,
      forgiveFactor: async () => undefined,
    }
  }
  const signIns = createSignInLimits(parts.db)
  const warn = proxyWarning(parts)
  return {
    limit: (name) => async (req, res, next) => {
      warn(req)
      await spendAt(parts.db, name, keysOf(req), res)
      next()
    },
    count: (name, key) => spendAt(parts.db, name, [key]),
    ...signIns,
  }
}

/** Who a request is counted against: an IPv4 address, or the /64 that one customer has of IPv6. */
export function addressOf(req: Request): string {
  const text = req.ip ?? ''
  if (!ipaddr.isValid(text)) return 'unknown'
  const address = ipaddr.process(text)
  if (address.kind() === 'ipv4') return address.toString()
  const [a, b, c, d] = (address as ipaddr.IPv6).parts
  return [a, b, c, d].map((part) => (part ?? 0).toString(16)).join(':')
}

function keysOf(req: Request): string[] {
  const session = sessionOf(req)
  return session ? [addressOf(req), session.account.id] : [addressOf(req)]
}

async function spendAt(db: Db, name: BudgetName, keys: readonly string[], res?: Response): Promise<void> {
  const { points, seconds } = budgets[name]
  const tally = tallyOf(db)
  const counted = keys.map((key) => tally.count({ name: `door ${name}`, points, seconds }, key))
  const worst = (await Promise.all(counted)).reduce((a, b) => (b.left < a.left ? b : a))
  const wait = Math.max(1, Math.ceil((worst.until - Date.now()) / 1000))
  // IETF draft-ietf-httpapi-ratelimit-headers.
  res?.setHeader('RateLimit-Policy', `"${name}";q=${points};w=${seconds}`)
  res?.setHeader('RateLimit', `"${name}";r=${Math.max(0, worst.left)};t=${wait}`)
  if (worst.left < 0) refuse('request.too-many', { retryAfterSeconds: wait })
}

type SignInLimits = Pick<Limits, 'trySignIn' | 'forgiveSignIn' | 'tryFactor' | 'forgiveFactor'>

function createSignInLimits(db: Db): SignInLimits {
  let made: ReturnType<typeof makeLimiters> | undefined
  const limiters = () => {
    made ??= makeLimiters(db)
    return made
  }
  return {
    async trySignIn(req, login) {
      const key = keyOf(login)
      const { address, account, accountHourly, everybody } = await limiters()
      await spend(address, addressOf(req))
      await spend(account, key)
      await spend(accountHourly, key)
      await spend(everybody, 'all')
    },
    async forgiveSignIn(login) {
      const key = keyOf(login)
      const { account, accountHourly } = await limiters()
      await Promise.all([account.delete(key), accountHourly.delete(key)])
    },
    async tryFactor(req, whose) {
      const key = keyOf(whose)
      const { address, factor, factorHourly, factorDaily, everybody } = await limiters()
      await spend(address, addressOf(req))
      for (const each of [factor, factorHourly, factorDaily]) await spend(each, key)
      await spend(everybody, 'all')
    },
    async forgiveFactor(whose) {
      const key = keyOf(whose)
      const { factor, factorHourly, factorDaily } = await limiters()
      await Promise.all([factor, factorHourly, factorDaily].map((each) => each.delete(key)))
    },
  }
}

/** Made at the first attempt, for a start need not wait for what counts them. */
async function makeLimiters(db: Db) {
  const { RateLimiterPostgres } = await import('rate-limiter-flexible')
  const storeClient = queryable(db)
  const limiter = (name: keyof typeof signInBudgets) =>
    new RateLimiterPostgres({
      storeClient,
      storeType: 'pool',
      tableName: 'rate_limit',
      tableCreated: true,
      keyPrefix: `sign-in ${name}`,
      points: signInBudgets[name].points,
      duration: signInBudgets[name].seconds,
      // What is over is swept for all that count.
      clearExpiredByTimeout: false,
    })
  return {
    address: limiter('address'),
    account: limiter('account'),
    accountHourly: limiter('accountHourly'),
    everybody: limiter('everybody'),
    factor: limiter('factor'),
    factorHourly: limiter('factorHourly'),
    factorDaily: limiter('factorDaily'),
  }
}

async function spend(limiter: RateLimiterPostgres, key: string): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (error) {
    // What is no error is the limiter's word for too many.
    if (error instanceof Error) throw error
    const { msBeforeNext } = error as RateLimiterRes
    refuse('request.too-many', { retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) })
  }
}

/** What somebody typed as a name is none of the table's business, and may be of any length. */
function keyOf(login: string): string {
  const name = login.trim().replace(/^@/, '').toLowerCase()
  return createHash('sha256').update(name).digest('base64url')
}

/** The part of a `pg` pool that the limiter uses, over our own connections. */
export function queryable(db: Db) {
  const known = new Map<string, ReturnType<typeof statement>>()
  return {
    async query({ name, text, values }: { name: string; text: string; values: unknown[] }) {
      const run = known.get(name) ?? statement(name, text)
      known.set(name, run)
      const rows = await run(db, values)
      return { rows, rowCount: rows.length }
    },
  }
}

/** A proxy in front that nobody told us of makes all visitors one; that is worth one line in the log. */
function proxyWarning({ config, log }: LimitParts): (req: Request) => void {
  let due = config.trustedProxies.length === 0
  return (req) => {
    if (!due || req.headers['x-forwarded-for'] === undefined) return
    due = false
    log.warn(
      'Requests carry X-Forwarded-For, but WEFT_TRUSTED_PROXIES names no proxy: every visitor behind it is counted as one.',
    )
  }
}

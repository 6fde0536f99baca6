import type { Request, RequestHandler, Response } from 'express'
import { LRUCache } from 'lru-cache'
import { refuse } from '../../base/refusal.ts'
import { bearerOf, grantOf } from '../http/auth.ts'
import { addressOf } from '../http/limits.ts'

/** How much may be asked within a window, as Mastodon has it. */
const budgets = {
  /** one app in the name of one person, or one address without a token */
  all: { points: 300, seconds: 300 },
  /** one person, through all their apps */
  account: { points: 1500, seconds: 300 },
  media: { points: 30, seconds: 1800 },
  delete: { points: 30, seconds: 1800 },
  /** apps that make themselves known, from one address */
  apps: { points: 30, seconds: 600 },
  signUp: { points: 5, seconds: 1800 },
} as const
type BudgetName = keyof typeof budgets

/** A flood from ever new addresses pushes out the oldest counters rather than filling the memory. */
const MOST_KEYS = 50_000

export interface ApiLimits {
  /** counts every request, and says in its answer what is left */
  readonly all: RequestHandler
  /** counts against one of the smaller budgets, too */
  limit(name: 'media' | 'delete' | 'apps' | 'signUp'): RequestHandler
}

interface State {
  readonly left: number
  readonly until: number
}

const made = new WeakMap<object, ApiLimits>()

/** The limits of this process: the same for all who ask with one configuration. */
export function apiLimits(config: { readonly rateLimits: boolean }): ApiLimits {
  const known = made.get(config)
  if (known) return known
  const fresh = config.rateLimits ? createLimits() : NONE
  made.set(config, fresh)
  return fresh
}

const pass: RequestHandler = (_req, _res, next) => next()
const NONE: ApiLimits = { all: pass, limit: () => pass }

function createLimits(): ApiLimits {
  const count = Object.fromEntries(
    Object.entries(budgets).map(([name, budget]) => [name, createWindow(budget)]),
  ) as Record<BudgetName, (key: string) => State>
  return {
    all: (req, res, next) => {
      const bearer = bearerOf(req)
      spend(res, budgets.all.points, count.all(keyOf(req)))
      if (bearer) requireLeft(count.account(bearer.account.id))
      next()
    },
    limit: (name) => (req, res, next) => {
      const key = name === 'apps' || name === 'signUp' ? addressOf(req) : keyOf(req)
      spend(res, budgets[name].points, count[name](key))
      next()
    },
  }
}

function keyOf(req: Request): string {
  const grant = grantOf(req)
  return grant ? `grant ${grant.grantId}` : addressOf(req)
}

function spend(res: Response, points: number, state: State): void {
  res.setHeader('X-RateLimit-Limit', points)
  res.setHeader('X-RateLimit-Remaining', Math.max(0, state.left))
  // With microseconds, as Ruby writes it: some apps read nothing else.
  res.setHeader('X-RateLimit-Reset', new Date(state.until).toISOString().replace('Z', '000Z'))
  requireLeft(state)
}

function requireLeft({ left, until }: State): void {
  if (left < 0) refuse('request.too-many', { retryAfterSeconds: Math.ceil((until - Date.now()) / 1000) })
}

/** A fixed window for each key, in the memory of this process. */
function createWindow({ points, seconds }: { readonly points: number; readonly seconds: number }) {
  const counters = new LRUCache<string, { used: number; until: number }>({ max: MOST_KEYS })
  return (key: string): State => {
    const now = Date.now()
    let counter = counters.get(key)
    if (!counter || counter.until <= now) {
      const length = seconds * 1000
      counter = { used: 0, until: (Math.floor(now / length) + 1) * length }
      counters.set(key, counter)
    }
    counter.used += 1
    return { left: points - counter.used, until: counter.until }
  }
}

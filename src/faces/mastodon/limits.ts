import type { Request, RequestHandler, Response } from 'express'
import { refuse } from '../../base/refusal.ts'
import { type Left, type Tally, tallyOf } from '../../domain/limits/tally.ts'
import type { World } from '../../domain/world.ts'
import { bearerOf, grantOf } from '../http/auth.ts'
import { addressOf } from '../http/limits.ts'

/** How much may be asked within a window, as Mastodon has it; counted for all processes together, as `Tally` has it. */
const budgets = {
  /** one app in the name of one person, or one address without a token */
  all: { points: 300, seconds: 300 },
  /** one person, through all their apps */
  account: { points: 1500, seconds: 300 },
  media: { points: 30, seconds: 1800 },
  delete: { points: 30, seconds: 1800 },
  /** apps that make themselves known, from one address */
  apps: { points: 30, seconds: 600 },
} as const
type BudgetName = keyof typeof budgets

export interface ApiLimits {
  /** counts every request, and says in its answer what is left */
  readonly all: RequestHandler
  /** counts against one of the smaller budgets, too */
  limit(name: 'media' | 'delete' | 'apps'): RequestHandler
}

export interface ApiLimitParts {
  readonly config: { readonly rateLimits: boolean }
  readonly world: Pick<World, 'db'>
}

/** The limits of this process: the same counters for all who ask for those of one database. */
export function apiLimits({ config, world }: ApiLimitParts): ApiLimits {
  return config.rateLimits ? createLimits(tallyOf(world.db)) : NONE
}

const pass: RequestHandler = (_req, _res, next) => next()
const NONE: ApiLimits = { all: pass, limit: () => pass }

function createLimits(tally: Tally): ApiLimits {
  const count = async (name: BudgetName, key: string) =>
    tally.count({ name: `api ${name}`, ...budgets[name], byClock: true }, key)
  return {
    all: async (req, res, next) => {
      const bearer = bearerOf(req)
      spend(res, budgets.all.points, await count('all', keyOf(req)))
      if (bearer) requireLeft(await count('account', bearer.account.id))
      next()
    },
    limit: (name) => async (req, res, next) => {
      const key = name === 'apps' ? addressOf(req) : keyOf(req)
      spend(res, budgets[name].points, await count(name, key))
      next()
    },
  }
}

function keyOf(req: Request): string {
  const grant = grantOf(req)
  return grant ? `grant ${grant.grantId}` : addressOf(req)
}

function spend(res: Response, points: number, state: Left): void {
  res.setHeader('X-RateLimit-Limit', points)
  res.setHeader('X-RateLimit-Remaining', Math.max(0, state.left))
  // With microseconds, as Ruby writes it: some apps read nothing else.
  res.setHeader('X-RateLimit-Reset', new Date(state.until).toISOString().replace('Z', '000Z'))
  requireLeft(state)
}

function requireLeft({ left, until }: Left): void {
  if (left < 0) refuse('request.too-many', { retryAfterSeconds: Math.ceil((until - Date.now()) / 1000) })
}

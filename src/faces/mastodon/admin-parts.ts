import type { Request } from 'express'
import type { Decider } from '../../domain/moderation/acts.ts'
import { staffOf } from './admin-auth.ts'

/** In whose name something is decided; only behind `adminsOnly`. */
export function deciderOf(req: Request): NonNullable<Decider> {
  const { account, role } = staffOf(req)
  return { id: account.id, role }
}

/** Lists of what is decided. */
export const RULES = { usual: 100, most: 200 }

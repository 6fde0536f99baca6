import type { Request, RequestHandler } from 'express'
import { refuse } from '../../base/refusal.ts'
import type { LocalAccount } from '../../domain/accounts/account.ts'
import type { Need } from '../../domain/grants/scopes.ts'
import { isAtLeast, type StaffRole } from '../../domain/moderation/staff.ts'
import { findRole } from '../../domain/moderation/staff-find.ts'
import { requires, signedIn } from './auth.ts'
import type { MastodonParts } from './parts.ts'

/** Somebody who looks after this server. */
export interface Staff {
  readonly account: LocalAccount
  readonly role: StaffRole
}

const known = new WeakMap<Request, Staff>()

/**
 * For those who look after this server, through an app that they let do so: what the app may do is its scopes, what its
 * person may do is their role, and both are asked at every request.
 * @example const requiresAdmin = adminsOnly(parts)
 *   router.get('/api/v1/admin/trends/tags', ...requiresAdmin('admin:read'), …)
 */
export function adminsOnly({ world }: Pick<MastodonParts, 'world'>) {
  return (need: Need, least: StaffRole = 'moderator'): readonly RequestHandler[] => [
    requires(need),
    async (req, _res, next) => {
      const account = signedIn(req)
      const role = (await findRole(world.db, account.id)) ?? 'user'
      if (!isAtLeast(role, least)) refuse('staff.only')
      known.set(req, { account, role })
      next()
    },
  ]
}

/** Who of those who look after this server asks; only behind `adminsOnly`. */
export function staffOf(req: Request): Staff {
  return known.get(req) ?? refuse('staff.only')
}

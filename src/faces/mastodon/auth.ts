import type { Request, RequestHandler } from 'express'
import { refuse } from '../../base/refusal.ts'
import type { LocalAccount } from '../../domain/accounts/account.ts'
import type { Grant } from '../../domain/grants/find.ts'
import { allows, type Need } from '../../domain/grants/scopes.ts'
import type { Viewer } from '../../views/view.ts'
import { bearerOf, grantOf } from '../http/auth.ts'

/** For somebody, through an app that may do this. */
export function requires(need: Need): RequestHandler {
  return (req, _res, next) => {
    signedIn(req)
    requireScope(req, need)
    next()
  }
}

/** For everybody; but an app that shows a token must have been allowed to do this. */
export function requiresIfGiven(need: Need): RequestHandler {
  return (req, _res, next) => {
    if (grantOf(req)) requireScope(req, need)
    next()
  }
}

/** For any app that is known here, be it for nobody. */
export function requiresApp(need?: Need): RequestHandler {
  return (req, _res, next) => {
    appOf(req)
    if (need !== undefined) requireScope(req, need)
    next()
  }
}

/** Whose app asks. @throws Refusal 'token.missing', 'token.no-user', 'login.unconfirmed', 'login.unapproved' */
export function signedIn(req: Request): LocalAccount {
  const account = bearerOf(req)?.account
  if (account) return account
  const newcomer = grantOf(req)?.newcomer
  if (newcomer) refuse(newcomer.waitsFor === 'approval' ? 'login.unapproved' : 'login.unconfirmed')
  return refuse(grantOf(req) ? 'token.no-user' : 'token.missing')
}

/** The grant of the app that asks. @throws Refusal 'token.missing' */
export function appOf(req: Request): Grant {
  return grantOf(req) ?? refuse('token.missing')
}

/** Who reads; nobody where there is no token, and where an app reads as itself. */
export function viewerOf(req: Request): Viewer {
  const account = bearerOf(req)?.account
  return account && { accountId: account.id }
}

function requireScope(req: Request, need: Need): void {
  if (!allows(appOf(req).scopes, need))
    refuse('token.scope', { scope: typeof need === 'string' ? need : need.join(' ') })
}

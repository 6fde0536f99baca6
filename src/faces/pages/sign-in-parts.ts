import type { Request, Response } from 'express'
import { closeSession } from '../../domain/accounts/session.ts'
import { giveCookie, giveSession, sessionTokenOf } from '../http/sessions.ts'
import { type Html, html } from './html.ts'
import type { PageContext } from './page-context.ts'

/** Holds the token of a sign-in that waits for its second factor. */
export const STEP_COOKIE = 'weft-step'
export const SECOND_STEP = '/sign-in/second'

/** Where somebody was sent away from to sign in: these pages and no other, or a link to our own sign-in could lead anywhere. */
export function afterwards(to: string | undefined): string | undefined {
  const known = /^\/(?:authorize_interaction\?|oauth\/authorize\/[\w-]{43}$)/
  return to !== undefined && known.test(to) ? to : undefined
}

/** Carries that through a form. */
export function toField(to: string | undefined): Html | false {
  return to !== undefined && html`<input type="hidden" name="to" value="${to}">`
}

/** Hands the browser its new session, in place of any earlier one, and goes on to where it was sent from. */
export async function enter(
  ctx: PageContext,
  req: Request,
  res: Response,
  token: string,
  to: string | undefined,
): Promise<void> {
  const earlier = sessionTokenOf(req)
  if (earlier !== undefined) await closeSession(ctx, earlier)
  giveSession(res, ctx.config.origin, token)
  res.redirect(303, to ?? '/accounts')
}

/** The password was right; the browser alone gets what the second step goes on with. */
export function goToSecondStep(ctx: PageContext, res: Response, token: string, to: string | undefined): void {
  giveCookie(res, ctx.config.origin, STEP_COOKIE, token)
  res.redirect(303, to === undefined ? SECOND_STEP : `${SECOND_STEP}?${new URLSearchParams({ to })}`)
}

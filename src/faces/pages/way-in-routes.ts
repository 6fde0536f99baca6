import type { Request, Response } from 'express'
import { confirmEmailByForm, confirmEmailPage } from './confirm-email.ts'
import { inviteByForm, invitesPage, revokeInviteByForm } from './invites.ts'
import type { PageContext } from './page-context.ts'
import { forgotByForm, forgotPage, resetByForm, resetPage } from './password-reset.ts'
import { invitePage, signedUpPage, signUpByForm, signUpPage } from './sign-up.ts'
import { INVITES, WAITING } from './staff-parts.ts'
import { answerByForm, waitingPage } from './waiting.ts'
import { CONFIRM_EMAIL, FORGOT, INVITE, RESET, SIGN_UP, SIGNED_UP } from './way-in-parts.ts'

type Page = (ctx: PageContext, req: Request, res: Response) => Promise<void> | void
type Route = (path: string, page: Page) => void

/** How people come in who have no account yet, or have forgotten their password; and who lets them in. */
export function wayInRoutes(get: Route, post: Route): void {
  get(SIGN_UP, signUpPage)
  post(SIGN_UP, signUpByForm)
  get(SIGNED_UP, signedUpPage)
  get(`${INVITE}/:code`, (ctx, req, res) => invitePage(ctx, req, res, String(req.params.code)))
  get(CONFIRM_EMAIL, confirmEmailPage)
  post(CONFIRM_EMAIL, confirmEmailByForm)
  get(FORGOT, forgotPage)
  post(FORGOT, forgotByForm)
  get(RESET, resetPage)
  post(RESET, resetByForm)
  get(WAITING, waitingPage)
  post(`${WAITING}/approve`, answerByForm('approve'))
  post(`${WAITING}/reject`, answerByForm('reject'))
  get(INVITES, invitesPage)
  post(INVITES, inviteByForm)
  post(`${INVITES}/revoke`, revokeInviteByForm)
  // Where apps of the Mastodon API send people.
  get('/auth/sign_up', (_, __, res) => res.redirect(302, SIGN_UP))
}

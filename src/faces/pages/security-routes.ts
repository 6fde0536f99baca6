import type { Request, Response } from 'express'
import type { Limits } from '../http/limits.ts'
import type { PageContext } from './page-context.ts'
import { securityPage } from './security.ts'
import { codesByForm, endOthersByForm, endSessionByForm, passwordByForm } from './security-acts.ts'
import { appByForm, appPage, removeAppByForm } from './security-app.ts'
import { confirmByForm, confirmPage } from './security-confirm.ts'
import { emailByForm } from './security-email.ts'
import { APP, CODES, CONFIRM, EMAIL, NEW_PASSKEY, PASSKEYS, SECURITY, SESSIONS } from './security-parts.ts'
import {
  newPasskeyPage,
  passkeyByForm,
  removePasskeyByForm,
  renamePasskeyByForm,
} from './security-passkeys.ts'
import { signInByForm, signInByPasskey, signInPage } from './sign-in.ts'
import { SECOND_STEP } from './sign-in-parts.ts'
import { secondStepByForm, secondStepPage } from './sign-in-second.ts'

type Page = (ctx: PageContext, req: Request, res: Response) => Promise<void> | void
type Route = (path: string, page: Page) => void

/** Signing in, and what guards an account. */
export function securityRoutes(limits: Limits, get: Route, post: Route): void {
  get('/sign-in', signInPage)
  post('/sign-in', (ctx, req, res) => signInByForm(ctx, limits, req, res))
  post('/sign-in/passkey', (ctx, req, res) => signInByPasskey(ctx, limits, req, res))
  get(SECOND_STEP, secondStepPage)
  post(SECOND_STEP, (ctx, req, res) => secondStepByForm(ctx, limits, req, res))

  get(SECURITY, (ctx, req, res) => securityPage(ctx, req, res))
  get(CONFIRM, confirmPage)
  post(CONFIRM, (ctx, req, res) => confirmByForm(ctx, limits, req, res))
  post('/accounts/password', (ctx, req, res) => passwordByForm(ctx, limits, req, res))
  post(EMAIL, emailByForm)
  get(APP, appPage)
  post(APP, appByForm)
  post(`${APP}/remove`, removeAppByForm)
  get(NEW_PASSKEY, newPasskeyPage)
  post(PASSKEYS, passkeyByForm)
  post(`${PASSKEYS}/rename`, renamePasskeyByForm)
  post(`${PASSKEYS}/remove`, removePasskeyByForm)
  post(CODES, codesByForm)
  post(`${SESSIONS}/end`, endSessionByForm)
  post(`${SESSIONS}/end-others`, endOthersByForm)
}

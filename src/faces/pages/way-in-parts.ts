import type { Request } from 'express'
import type { Door } from '../../domain/accounts/sign-up.ts'
import { type Html, html } from './html.ts'
import type { PageContext } from './page-context.ts'

export const SIGN_UP = '/sign-up'
export const SIGNED_UP = '/sign-up/done'
export const CONFIRM_EMAIL = '/sign-up/confirm'
export const INVITE = '/invite'
export const FORGOT = '/password/forgot'
export const RESET = '/password/reset'

/** How people may come in, as the operator decided. */
export function doorOf({ config }: Pick<PageContext, 'config'>): Door {
  return { registration: config.registration, mail: config.mail !== undefined }
}

/** What somebody at the door of a sign-in may want instead. */
export function otherWaysIn(ctx: Pick<PageContext, 'config'>): Html | false {
  const { registration, mail } = doorOf(ctx)
  const open = registration === 'open' || registration === 'approval'
  if (!mail && !open) return false
  return html`<p class="ways">${mail && html`<a href="${FORGOT}">Forgot your password?</a>`}${open && html`<a href="${SIGN_UP}">Create an account</a>`}</p>`
}

/** Whether a request is by a program that reads JSON rather than by a browser. */
export function wantsJson(req: Request): boolean {
  return req.accepts(['html', 'json']) === 'json'
}

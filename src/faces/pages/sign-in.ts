import type { Request, Response } from 'express'
import { z } from 'zod'
import { closeAllSessions, closeSession } from '../../domain/accounts/session.ts'
import { signIn } from '../../domain/accounts/sign-in.ts'
import type { Answer } from '../http/errors.ts'
import type { Limits } from '../http/limits.ts'
import { queryValue, readForm } from '../http/params.ts'
import { giveSession, requireSession, sessionOf, sessionTokenOf, takeSession } from '../http/sessions.ts'
import { answerForForm, field, formError, formGuard } from './form-parts.ts'
import { html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'

const credentials = z.object({
  login: z.string().max(320),
  password: z.string().max(1024),
  to: z.string().max(4096).optional(),
})

/** `/sign-in` */
export function signInPage(ctx: PageContext, req: Request, res: Response): void {
  const to = afterwards(queryValue(req, 'to'))
  const login = queryValue(req, 'login')?.slice(0, 320)
  // Whoever is to prove anew who they are, or wants to be somebody else, is asked all the same.
  const again = queryValue(req, 'again') !== undefined
  if (sessionOf(req) && !again) res.redirect(303, to ?? '/accounts')
  else showSignIn(ctx, req, res, { to, ...(login !== undefined && { login }) })
}

/** Begins a session, whatever session the browser had before. */
export async function signInByForm(
  ctx: PageContext,
  limits: Limits,
  req: Request,
  res: Response,
): Promise<void> {
  const { login, password, ...more } = readForm(req, credentials)
  const to = afterwards(more.to)
  let token: string
  try {
    await limits.trySignIn(req, login)
    token = await signIn(ctx, { login, password, userAgent: req.get('user-agent') })
  } catch (error) {
    const wrong = answerForForm(error, ['login.wrong', 'login.disabled', 'request.too-many'])
    if (wrong.retryAfterSeconds !== undefined) res.setHeader('Retry-After', wrong.retryAfterSeconds)
    showSignIn(ctx, req, res.status(wrong.status), { login, wrong, to })
    return
  }
  await limits.forgiveSignIn(login)
  const earlier = sessionTokenOf(req)
  if (earlier !== undefined) await closeSession(ctx, earlier)
  giveSession(res, ctx.config.origin, token)
  res.redirect(303, to ?? '/accounts')
}

/** Where somebody was sent away from to sign in: these pages and no other, or a link to our own sign-in could lead anywhere. */
function afterwards(to: string | undefined): string | undefined {
  const known = /^\/(?:authorize_interaction\?|oauth\/authorize\/[\w-]{43}$)/
  return to !== undefined && known.test(to) ? to : undefined
}

function showSignIn(
  ctx: PageContext,
  req: Request,
  res: Response,
  state: { readonly login?: string; readonly wrong?: Answer; readonly to: string | undefined },
): void {
  const guard = formGuard(ctx, req, res)
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `Sign in · ${ctx.config.handleHost}`, hidden: true, here: 'sign-in' },
    body: html`<section class="sheet narrow">
<h1>Sign in</h1>
<p class="soft">to ${ctx.config.handleHost}</p>
${formError(state.wrong)}
<form method="post" action="/sign-in">
${guard}${state.to !== undefined && html`<input type="hidden" name="to" value="${state.to}">`}
${field({ name: 'login', label: 'Name or e-mail address', autocomplete: 'username', maxLength: 320, literal: true, ...(state.login !== undefined && { value: state.login }) })}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' })}
<button class="button" type="submit">Sign in</button>
</form>
</section>`,
  })
}

/** `/sign-out`: asks first, since a link alone must not do it. */
export function signOutPage(ctx: PageContext, req: Request, res: Response): void {
  if (!sessionOf(req)) {
    res.redirect(303, '/')
    return
  }
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `Sign out · ${ctx.config.handleHost}`, hidden: true },
    body: html`<section class="sheet narrow">
<h1>Sign out</h1>
${signOutForms(ctx, req, res)}
</section>`,
  })
}

/** The two ways to sign out. */
export function signOutForms(ctx: PageContext, req: Request, res: Response) {
  const guard = formGuard(ctx, req, res)
  return html`<div class="actions">
<form method="post" action="/sign-out">${guard}<button class="button" type="submit">Sign out here</button></form>
<form method="post" action="/sign-out/everywhere">${guard}<button class="quiet button" type="submit">Sign out everywhere</button></form>
</div>`
}

export async function signOutByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const token = sessionTokenOf(req)
  if (token !== undefined) await closeSession(ctx, token)
  takeSession(res, ctx.config.origin)
  res.redirect(303, '/')
}

/** Ends every session of the account, on all its devices. */
export async function signOutEverywhere(ctx: PageContext, req: Request, res: Response): Promise<void> {
  await closeAllSessions(ctx, requireSession(req).account.id)
  takeSession(res, ctx.config.origin)
  res.redirect(303, '/')
}

import type { Request, Response } from 'express'
import { z } from 'zod'
import type { RefusalCode } from '../../base/refusal.ts'
import { signOutEverywhere } from '../../domain/accounts/end-everywhere.ts'
import { requireEnabled, takePasskey } from '../../domain/accounts/passkeys.ts'
import { closeSession, openSession } from '../../domain/accounts/session.ts'
import { type SignedIn, signIn } from '../../domain/accounts/sign-in.ts'
import type { Answer } from '../http/errors.ts'
import type { Limits } from '../http/limits.ts'
import { queryValue, readForm } from '../http/params.ts'
import { requireSession, sessionOf, sessionTokenOf, takeSession } from '../http/sessions.ts'
import { answerForForm, field, formError, formGuard } from './form-parts.ts'
import { html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { askPasskey, CREDENTIAL, ceremonyOf, readSigned } from './passkey-parts.ts'
import { afterwards, enter, goToSecondStep, toField } from './sign-in-parts.ts'
import { otherWaysIn } from './way-in-parts.ts'

const credentials = z.object({
  login: z.string().max(320),
  password: z.string().max(1024),
  to: z.string().max(4096).optional(),
})

/** `/sign-in` */
export async function signInPage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const to = afterwards(queryValue(req, 'to'))
  const login = queryValue(req, 'login')?.slice(0, 320)
  // Whoever is to prove anew who they are, or wants to be somebody else, is asked all the same.
  const again = queryValue(req, 'again') !== undefined
  if (sessionOf(req) && !again) res.redirect(303, to ?? '/accounts')
  else await showSignIn(ctx, req, res, { to, ...(login !== undefined && { login }) })
}

/** Begins a session, whatever session the browser had before; or goes on to the second factor. */
export async function signInByForm(
  ctx: PageContext,
  limits: Limits,
  req: Request,
  res: Response,
): Promise<void> {
  const { login, password, ...more } = readForm(req, credentials)
  const to = afterwards(more.to)
  let signedIn: SignedIn
  try {
    await limits.trySignIn(req, login)
    signedIn = await signIn(ctx, { login, password, userAgent: req.get('user-agent') })
  } catch (error) {
    const known = ['login.wrong', 'login.disabled', 'login.unconfirmed', 'login.unapproved'] as const
    await sayWrong(ctx, req, res, error, known, { login, to })
    return
  }
  await limits.forgiveSignIn(login)
  if (signedIn.complete) await enter(ctx, req, res, signedIn.token, to)
  else goToSecondStep(ctx, res, signedIn.token, to)
}

const passkey = z.object({ credential: CREDENTIAL, to: z.string().max(4096).optional() })

/** The same by a passkey alone, which is possession and PIN or finger in one: nothing else is asked. */
export async function signInByPasskey(
  ctx: PageContext,
  limits: Limits,
  req: Request,
  res: Response,
): Promise<void> {
  const { credential, ...more } = readForm(req, passkey)
  const to = afterwards(more.to)
  let token: string
  try {
    const signed = readSigned(credential)
    await limits.tryFactor(req, signed.id)
    const accountId = await takePasskey(ctx, ceremonyOf(ctx, req, res, 'sign-in'), signed)
    await requireEnabled(ctx, accountId)
    await limits.forgiveFactor(signed.id)
    token = await openSession(ctx, accountId, req.get('user-agent'))
  } catch (error) {
    await sayWrong(ctx, req, res, error, ['passkey.wrong', 'login.disabled'], { to })
    return
  }
  await enter(ctx, req, res, token, to)
}

/** Shows the page again with what was wrong; what is no such thing is thrown on. */
async function sayWrong(
  ctx: PageContext,
  req: Request,
  res: Response,
  error: unknown,
  codes: readonly RefusalCode[],
  state: State,
): Promise<void> {
  const wrong = answerForForm(error, [...codes, 'request.too-many'])
  if (wrong.retryAfterSeconds !== undefined) res.setHeader('Retry-After', wrong.retryAfterSeconds)
  await showSignIn(ctx, req, res.status(wrong.status), { ...state, wrong })
}

interface State {
  readonly login?: string
  readonly wrong?: Answer
  readonly to: string | undefined
}

async function showSignIn(ctx: PageContext, req: Request, res: Response, state: State): Promise<void> {
  const guard = formGuard(ctx, req, res)
  const to = toField(state.to)
  const form = { purpose: 'sign-in', action: '/sign-in/passkey', button: 'Sign in with a passkey' } as const
  const withPasskey = await askPasskey(ctx, req, res, { ...form, quiet: true, more: to })
  const isWrong = state.wrong?.code === 'login.wrong'
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `Sign in · ${ctx.config.handleHost}`, hidden: true, here: 'sign-in', security: true },
    body: html`<section class="sheet narrow">
<h1>Sign in</h1>
<p class="soft">to ${ctx.config.handleHost}</p>
${formError(state.wrong)}
${!state.wrong && queryValue(req, 'done') === 'password' && html`<p class="note" role="status">You have a new password. Please sign in with it.</p>`}
<form method="post" action="/sign-in">
${guard}${to}
${field({ name: 'login', label: 'Name or e-mail address', autocomplete: 'username', maxLength: 320, literal: true, wrong: isWrong, ...(state.login !== undefined && { value: state.login }) })}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', wrong: isWrong })}
<button class="button" type="submit">Sign in</button>
</form>
${withPasskey}
${otherWaysIn(ctx)}
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

/** Ends every session of the account, on all its devices, and all that apps were given. */
export async function signOutEverywhereByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  await signOutEverywhere(ctx, requireSession(req).account.id)
  takeSession(res, ctx.config.origin)
  res.redirect(303, '/')
}

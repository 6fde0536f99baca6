import type { Request, Response } from 'express'
import { z } from 'zod'
import { isEmail } from '../../base/emails.ts'
import { refuse } from '../../base/refusal.ts'
import { askForReset, requireReset, resetPassword } from '../../domain/accounts/reset-password.ts'
import type { Answer } from '../http/errors.ts'
import { queryValue, readForm } from '../http/params.ts'
import { tryLetter } from '../http/sign-up-limits.ts'
import { answerForForm, field, formError, formGuard } from './form-parts.ts'
import { html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { FORGOT, RESET } from './way-in-parts.ts'

/** `/password/forgot`: asks for a letter with which a new password can be chosen. */
export function forgotPage(ctx: PageContext, req: Request, res: Response): void {
  if (ctx.config.mail === undefined) refuse('mail.none')
  if (queryValue(req, 'done') === undefined) showForgot(ctx, req, res)
  else showSent(ctx, req, res)
}

const asked = z.object({ email: z.string().max(320).trim() })

/** The answer is the same whether there is an account with that address or not. */
export async function forgotByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  if (ctx.config.mail === undefined) refuse('mail.none')
  const { email } = readForm(req, asked)
  try {
    if (!isEmail(email)) refuse('account.email-invalid')
    await tryLetter(ctx, req, email)
  } catch (error) {
    const wrong = answerForForm(error, ['account.email-invalid', 'request.too-many'])
    if (wrong.retryAfterSeconds !== undefined) res.setHeader('Retry-After', wrong.retryAfterSeconds)
    showForgot(ctx, req, res.status(wrong.status), { email, wrong })
    return
  }
  await askForReset(ctx, email)
  res.redirect(303, `${FORGOT}?done`)
}

function showForgot(
  ctx: PageContext,
  req: Request,
  res: Response,
  { email = '', wrong }: { readonly email?: string; readonly wrong?: Answer } = {},
): void {
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `Forgot your password? · ${ctx.config.handleHost}`, hidden: true, security: true },
    body: html`<section class="sheet narrow">
<h1>Forgot your password?</h1>
<p class="soft">A link that is sent to the e-mail address of your account lets you choose a new one.</p>
${formError(wrong)}
<form method="post" action="${FORGOT}">
${formGuard(ctx, req, res)}
${field({ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'email', maxLength: 254, literal: true, wrong: wrong?.code === 'account.email-invalid', value: email })}
<button class="button" type="submit">Send the link</button>
</form>
<p class="ways"><a href="/sign-in">Back to sign in</a></p>
</section>`,
  })
}

function showSent(ctx: PageContext, req: Request, res: Response): void {
  sendPage(ctx, req, res, {
    head: { title: `Look into your mailbox · ${ctx.config.handleHost}`, hidden: true, security: true },
    body: html`<section class="sheet narrow">
<h1>Look into your mailbox</h1>
<p>If there is an account with that e-mail address, a link is on its way there. It works once, within an hour.</p>
<p class="soft">If none comes, look among what is taken for spam. An account without a confirmed e-mail address can be given a new password by the people who run this server.</p>
</section>`,
  })
}

/** `/password/reset?token=…`: where the link of that letter leads. */
export async function resetPage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  await showReset(ctx, req, res, { token: queryValue(req, 'token') ?? '' })
}

const chosen = z.object({ token: z.string().max(200), password: z.string().max(1024) })

/** Gives the account its new password, once; it is signed out everywhere. */
export async function resetByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const input = readForm(req, chosen)
  try {
    await resetPassword(ctx, ctx, input)
  } catch (error) {
    const wrong = answerForForm(error, ['password.too-short', 'password.too-long', 'password.too-common'])
    await showReset(ctx, req, res.status(wrong.status), { token: input.token, wrong })
    return
  }
  res.redirect(303, '/sign-in?done=password&again')
}

async function showReset(
  ctx: PageContext,
  req: Request,
  res: Response,
  { token, wrong }: { readonly token: string; readonly wrong?: Answer },
): Promise<void> {
  const { name } = await requireReset(ctx, ctx, token)
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `A new password · ${ctx.config.handleHost}`, hidden: true, security: true },
    body: html`<section class="sheet narrow">
<h1>A new password</h1>
<p class="soft">for <bdi>@${name}</bdi>. You are signed out on all devices and of all apps with it.</p>
${formError(wrong)}
<form method="post" action="${RESET}">
${formGuard(ctx, req, res)}
<input type="hidden" name="token" value="${token}">
${field({ name: 'password', label: 'New password', type: 'password', autocomplete: 'new-password', minLength: 8, maxLength: 128, wrong: wrong !== undefined, hint: 'At least 8 characters. A few words in a row are easy to remember and hard to guess.' })}
<button class="button" type="submit">Take this password</button>
</form>
</section>`,
  })
}

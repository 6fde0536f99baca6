import type { Request, Response } from 'express'
import { z } from 'zod'
import { confirmEmail, requireConfirmation } from '../../domain/accounts/confirm-email.ts'
import { queryValue, readForm } from '../http/params.ts'
import { formGuard } from './form-parts.ts'
import { type Html, html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { CONFIRM_EMAIL } from './way-in-parts.ts'

/** `/sign-up/confirm?token=…`: where the link of a letter leads. What opens links by itself confirms nothing. */
export async function confirmEmailPage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const token = queryValue(req, 'token') ?? ''
  const { name, unconfirmedEmail } = await requireConfirmation(ctx, ctx, token)
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `Confirm your e-mail address · ${ctx.config.handleHost}`, hidden: true, security: true },
    body: html`<section class="sheet narrow">
<h1>Confirm your e-mail address</h1>
<p><bdi>${unconfirmedEmail}</bdi> is to be the address of <bdi>@${name}</bdi>.</p>
<form method="post" action="${CONFIRM_EMAIL}">
${formGuard(ctx, req, res)}
<input type="hidden" name="token" value="${token}">
<button class="button" type="submit">It is mine</button>
</form>
</section>`,
  })
}

const form = z.object({ token: z.string().max(200) })

export async function confirmEmailByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const { token } = readForm(req, form)
  const outcome = await confirmEmail(ctx, ctx, token)
  const { handleHost } = ctx.config
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `Confirmed · ${handleHost}`, hidden: true, security: true },
    body: html`<section class="sheet narrow">
<h1>Your address is confirmed</h1>
${whatNow(outcome, handleHost)}
</section>`,
  })
}

function whatNow(outcome: Awaited<ReturnType<typeof confirmEmail>>, handleHost: string): Html {
  if (outcome === 'approval')
    return html`<p>The people who run ${handleHost} look at your request now. An e-mail tells you when you can come in.</p>`
  return html`<p>${outcome === 'ready' ? 'Welcome! Your account is ready.' : 'It is the address of your account from now on. You are signed out everywhere.'}</p>
<p class="actions"><a class="button" href="/sign-in">Sign in</a></p>`
}

import type { Request, Response } from 'express'
import { z } from 'zod'
import { openSession } from '../../domain/accounts/session.ts'
import { createOwner, requireSetupToken } from '../../domain/accounts/setup.ts'
import type { Answer } from '../http/errors.ts'
import { queryValue, readForm } from '../http/params.ts'
import { giveSession } from '../http/sessions.ts'
import { answerForForm, field, formError, formGuard } from './form-parts.ts'
import { html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'

const owner = z.object({
  token: z.string().max(200),
  name: z.string().max(100).trim(),
  displayName: z.string().max(100).trim(),
  password: z.string().max(1024),
})
type Owner = z.output<typeof owner>

/** `/setup?token=…`: the one-time link that makes the owner. */
export async function setupPage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const token = queryValue(req, 'token') ?? ''
  await requireSetupToken(ctx, ctx.config.secret.reveal(), token)
  showSetup(ctx, req, res, { token })
}

/** Makes the owner's account and signs the owner in; the link is dead from then on. */
export async function setupByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const input = readForm(req, owner)
  let account: Awaited<ReturnType<typeof createOwner>>
  try {
    account = await createOwner(ctx, ctx.config.secret.reveal(), input)
  } catch (error) {
    const wrong = answerForForm(error, [
      'account.name-invalid',
      'account.name-taken',
      'password.too-short',
      'password.too-long',
      'password.too-common',
    ])
    showSetup(ctx, req, res.status(wrong.status), { token: input.token, input, wrong })
    return
  }
  const session = await openSession(ctx, account.id, req.get('user-agent'))
  giveSession(res, ctx.config.origin, session)
  res.redirect(303, '/accounts')
}

function showSetup(
  ctx: PageContext,
  req: Request,
  res: Response,
  state: { readonly token: string; readonly input?: Owner; readonly wrong?: Answer },
): void {
  const guard = formGuard(ctx, req, res)
  const { handleHost } = ctx.config
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `Welcome · ${handleHost}`, hidden: true },
    body: html`<section class="sheet narrow">
<h1>Welcome</h1>
<p class="soft">This makes your account, which will own ${handleHost}: it may change everything here. This link works once.</p>
${formError(state.wrong)}
<form method="post" action="/setup">
${guard}
<input type="hidden" name="token" value="${state.token}">
${field({ name: 'name', label: 'Name', autocomplete: 'username', maxLength: 30, literal: true, hint: `Letters, digits and underscores. Your address will be @name@${handleHost}, for good.`, value: state.input?.name ?? '' })}
${field({ name: 'displayName', label: 'Shown as', autocomplete: 'name', maxLength: 100, required: false, hint: 'However you write it. You can change it later.', value: state.input?.displayName ?? '' })}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', minLength: 8, maxLength: 128, hint: 'At least 8 characters. A few words in a row are easy to remember and hard to guess.' })}
<button class="button" type="submit">Create account</button>
</form>
</section>`,
  })
}

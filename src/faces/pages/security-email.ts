import type { Request, Response } from 'express'
import { z } from 'zod'
import { refuse } from '../../base/refusal.ts'
import { changeEmail } from '../../domain/accounts/confirm-email.ts'
import { readForm } from '../http/params.ts'
import { requireSession } from '../http/sessions.ts'
import { tryLetter } from '../http/sign-up-limits.ts'
import { answerForForm } from './form-parts.ts'
import type { PageContext } from './page-context.ts'
import { securityPage } from './security.ts'
import { freshSession } from './security-confirm.ts'
import { SECURITY } from './security-parts.ts'

const form = z.object({ email: z.string().max(320).trim() })

/** Another e-mail address, as soon as a link that is sent there is opened. */
export async function emailByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const { account } = requireSession(req)
  const { email } = readForm(req, form)
  if (ctx.config.mail === undefined) refuse('mail.none')
  if (!freshSession(ctx, req, res)) return
  try {
    await tryLetter(ctx, req, email)
    await changeEmail(ctx, account.id, email)
  } catch (error) {
    const wrong = answerForForm(error, [
      'account.email-invalid',
      'registration.email-blocked',
      'request.too-many',
    ])
    if (wrong.retryAfterSeconds !== undefined) res.setHeader('Retry-After', wrong.retryAfterSeconds)
    await securityPage(ctx, req, res.status(wrong.status), wrong, 'email')
    return
  }
  res.redirect(303, `${SECURITY}?done=email`)
}

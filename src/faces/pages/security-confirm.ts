import type { Request, Response } from 'express'
import { z } from 'zod'
import { confirmPassword } from '../../domain/accounts/change-password.ts'
import { takePasskey } from '../../domain/accounts/passkeys.ts'
import { isFresh, proveSession, type Session } from '../../domain/accounts/session.ts'
import type { Answer } from '../http/errors.ts'
import type { Limits } from '../http/limits.ts'
import { queryValue, readForm } from '../http/params.ts'
import { requireSession, sessionOf, sessionTokenOf } from '../http/sessions.ts'
import { answerForForm, field, formError, formGuard } from './form-parts.ts'
import { html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { askPasskey, CREDENTIAL, ceremonyOf, readSigned } from './passkey-parts.ts'
import { APP, CONFIRM, NEW_PASSKEY, SECURITY } from './security-parts.ts'

/** The pages that somebody goes on to. */
const PAGES: readonly string[] = [SECURITY, APP, NEW_PASSKEY]

/**
 * Who is signed in and has given the password, or a passkey, in the last ten minutes. Anybody else is sent to do so, and
 * on to `page` after that: a browser that was left open does not give the account away.
 */
export function freshSession(
  ctx: PageContext,
  req: Request,
  res: Response,
  page: string = SECURITY,
): Session | undefined {
  const session = sessionOf(req)
  if (session && isFresh(session, ctx.clock.now())) return session
  res.redirect(303, session ? `${CONFIRM}?${new URLSearchParams({ to: page })}` : '/sign-in')
  return undefined
}

/** `/accounts/security/confirm` */
export async function confirmPage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  if (sessionOf(req)) await show(ctx, req, res, pageFrom(queryValue(req, 'to')))
  else res.redirect(303, '/sign-in')
}

const form = z.object({
  password: z.string().max(1024).optional(),
  credential: CREDENTIAL.optional(),
  to: z.string().max(200).optional(),
})

export async function confirmByForm(
  ctx: PageContext,
  limits: Limits,
  req: Request,
  res: Response,
): Promise<void> {
  const { account } = requireSession(req)
  const { password = '', credential, ...more } = readForm(req, form)
  const to = pageFrom(more.to)
  try {
    if (credential) {
      await limits.tryFactor(req, account.id)
      await takePasskey(ctx, ceremonyOf(ctx, req, res, 'confirm'), readSigned(credential), account.id)
      await limits.forgiveFactor(account.id)
    } else {
      await limits.trySignIn(req, account.name)
      await confirmPassword(ctx, account.id, password)
      await limits.forgiveSignIn(account.name)
    }
  } catch (error) {
    const wrong = answerForForm(error, ['login.wrong', 'passkey.wrong', 'request.too-many'])
    if (wrong.retryAfterSeconds !== undefined) res.setHeader('Retry-After', wrong.retryAfterSeconds)
    const sentence = wrong.code === 'login.wrong' ? 'That is not your password.' : wrong.sentence
    await show(ctx, req, res.status(wrong.status), to, { ...wrong, sentence })
    return
  }
  await proveSession(ctx, sessionTokenOf(req) ?? '')
  res.redirect(303, to === SECURITY ? `${SECURITY}?done=confirmed` : to)
}

function pageFrom(to: string | undefined): string {
  return to !== undefined && PAGES.includes(to) ? to : SECURITY
}

async function show(
  ctx: PageContext,
  req: Request,
  res: Response,
  to: string,
  wrong?: Answer,
): Promise<void> {
  const { account } = requireSession(req)
  const more = html`<input type="hidden" name="to" value="${to}">`
  const asked = { purpose: 'confirm', action: CONFIRM, button: 'Use a passkey', quiet: true, more } as const
  const withPasskey = await askPasskey(ctx, req, res, asked, account.id)
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `Is it you? · ${ctx.config.handleHost}`, hidden: true, here: 'account', security: true },
    body: html`<section class="sheet narrow">
<h1>Is it still you?</h1>
<p class="soft">What guards <bdi>@${account.name}</bdi> can be changed only by who has just shown that they own it.</p>
${formError(wrong)}
<form method="post" action="${CONFIRM}">
${formGuard(ctx, req, res)}${more}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', wrong: wrong?.code === 'login.wrong' })}
<button class="button" type="submit">Go on</button>
</form>
${withPasskey}
<p class="more"><a href="${SECURITY}">Back</a></p>
</section>`,
  })
}

import type { Request, Response } from 'express'
import { z } from 'zod'
import { changePassword } from '../../domain/accounts/change-password.ts'
import { renewRecoveryCodes } from '../../domain/accounts/recovery-codes.ts'
import type { Left } from '../../domain/accounts/second-factor.ts'
import { endOtherSessions, endSession, openSession, type Session } from '../../domain/accounts/session.ts'
import { viewSecurity } from '../../views/security.ts'
import type { Limits } from '../http/limits.ts'
import { readForm } from '../http/params.ts'
import { giveSession, requireSession, sessionTokenOf } from '../http/sessions.ts'
import { answerForForm } from './form-parts.ts'
import { html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { securityPage } from './security.ts'
import { freshSession } from './security-confirm.ts'
import { SECURITY } from './security-parts.ts'

const change = z.object({ current: z.string().max(1024), next: z.string().max(1024) })

/** Changes the password: every session and all apps' access ends, and this browser gets a new session. */
export async function passwordByForm(
  ctx: PageContext,
  limits: Limits,
  req: Request,
  res: Response,
): Promise<void> {
  const { account } = requireSession(req)
  const input = readForm(req, change)
  try {
    await limits.trySignIn(req, account.name)
    await changePassword(ctx, account, input)
  } catch (error) {
    const wrong = answerForForm(error, [
      'login.wrong',
      'request.too-many',
      'password.too-short',
      'password.too-long',
      'password.too-common',
    ])
    if (wrong.retryAfterSeconds !== undefined) res.setHeader('Retry-After', wrong.retryAfterSeconds)
    const sentence = wrong.code === 'login.wrong' ? 'That is not your current password.' : wrong.sentence
    await securityPage(ctx, req, res.status(wrong.status), { ...wrong, sentence })
    return
  }
  await limits.forgiveSignIn(account.name)
  await comeBack(ctx, req, res, account)
  res.redirect(303, `${SECURITY}?done=password`)
}

/** After all sessions were ended: a new one for the browser in which that was done. */
export async function comeBack(
  ctx: PageContext,
  req: Request,
  res: Response,
  account: Pick<Session['account'], 'id'>,
): Promise<void> {
  giveSession(res, ctx.config.origin, await openSession(ctx, account.id, req.get('user-agent')))
}

/** Whoever runs a server does not lose the last second factor without a trace. */
export function noteLoss({ log }: PageContext, { account, role }: Session, left: Left): void {
  if (left !== 'last' || (role !== 'owner' && role !== 'admin')) return
  log.warn('{name}, who runs this server, has no second factor any more.', { name: account.name })
}

/** Ten new codes, in place of the old. Only who has another factor has them. */
export async function codesByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const session = freshSession(ctx, req, res)
  if (!session) return
  const { authenticatorSince, passkeys } = await viewSecurity(ctx.db, session.account.id)
  if (authenticatorSince === null && passkeys.length === 0) {
    res.redirect(303, SECURITY)
    return
  }
  showCodes(ctx, req, res, await renewRecoveryCodes(ctx, session.account.id))
}

/** The codes, this once. */
export function showCodes(ctx: PageContext, req: Request, res: Response, codes: readonly string[]): void {
  sendPage(ctx, req, res, {
    personal: true,
    head: {
      title: `Recovery codes · ${ctx.config.handleHost}`,
      hidden: true,
      here: 'account',
      security: true,
    },
    body: html`<section class="sheet narrow">
<h1>Your recovery codes</h1>
<p class="note" role="status">Write them down or print them now: they are not shown again.</p>
<p class="soft">Each lets you in once, after your password, when your app or passkey is not at hand. Keep them apart from your password.</p>
<ol class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ol>
<div class="actions"><a class="button" href="${SECURITY}">I have kept them</a></div>
</section>`,
  })
}

const one = z.object({ session: z.string().max(64) })

/** Signs one browser out. */
export async function endSessionByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const session = freshSession(ctx, req, res)
  if (!session) return
  await endSession(ctx, session.account.id, readForm(req, one).session)
  res.redirect(303, `${SECURITY}?done=ended`)
}

/** Signs all browsers out but this one. */
export async function endOthersByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const session = freshSession(ctx, req, res)
  if (!session) return
  await endOtherSessions(ctx, session.account.id, sessionTokenOf(req) ?? '')
  res.redirect(303, `${SECURITY}?done=others`)
}

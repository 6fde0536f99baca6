import type { Request, Response } from 'express'
import { encode } from 'uqr'
import { z } from 'zod'
import { addAuthenticator, newAuthenticator } from '../../domain/accounts/authenticator.ts'
import { removeAuthenticator } from '../../domain/accounts/second-factor.ts'
import type { Session } from '../../domain/accounts/session.ts'
import type { Answer } from '../http/errors.ts'
import { readForm } from '../http/params.ts'
import { answerForForm, field, formError, formGuard } from './form-parts.ts'
import { type Html, html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { comeBack, noteLoss, showCodes } from './security-acts.ts'
import { freshSession } from './security-confirm.ts'
import { APP, SECURITY } from './security-parts.ts'

/** `/accounts/security/app`: what to put into an authenticator app, and the form for its first code. */
export function appPage(ctx: PageContext, req: Request, res: Response): void {
  const session = freshSession(ctx, req, res, APP)
  if (session) show(ctx, req, res, session)
}

const form = z.object({ sealed: z.string().max(500), code: z.string().max(100) })

/** The first code: from now on the app counts. */
export async function appByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const session = freshSession(ctx, req, res, APP)
  if (!session) return
  const input = readForm(req, form)
  let codes: readonly string[] | undefined
  try {
    codes = await addAuthenticator(ctx, session.account, input)
  } catch (error) {
    const wrong = answerForForm(error, ['factor.wrong', 'factor.stale'])
    show(ctx, req, res.status(wrong.status), session, { wrong, sealed: input.sealed })
    return
  }
  await comeBack(ctx, req, res, session.account)
  if (codes) showCodes(ctx, req, res, codes)
  else res.redirect(303, `${SECURITY}?done=app`)
}

/** No codes any more. */
export async function removeAppByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const session = freshSession(ctx, req, res)
  if (!session) return
  noteLoss(ctx, session, await removeAuthenticator(ctx, session.account.id))
  await comeBack(ctx, req, res, session.account)
  res.redirect(303, `${SECURITY}?done=app-off`)
}

function show(
  ctx: PageContext,
  req: Request,
  res: Response,
  { account }: Session,
  state: { readonly wrong?: Answer; readonly sealed?: string } = {},
): void {
  const { secret, uri, sealed } = newAuthenticator(ctx, account, state.sealed)
  const { wrong } = state
  sendPage(ctx, req, res, {
    personal: true,
    head: {
      title: `Authenticator app · ${ctx.config.handleHost}`,
      hidden: true,
      here: 'account',
      security: true,
    },
    body: html`<section class="sheet narrow">
<h1>Set up an authenticator app</h1>
<p class="soft">Scan this with the app, or type the key that stands below it.</p>
${qrCode(uri)}
<p class="code"><span class="unseen">The key: </span><code>${grouped(secret)}</code></p>
<p class="hint">Time-based, six digits, every 30 seconds. On this phone? <a href="${uri}">Open it in your app</a></p>
${formError(wrong)}
<form method="post" action="${APP}">
${formGuard(ctx, req, res)}<input type="hidden" name="sealed" value="${sealed}">
${field({ name: 'code', label: 'Code', autocomplete: 'one-time-code', maxLength: 20, literal: true, digits: true, hint: 'The six digits that the app shows now.', wrong: wrong !== undefined })}
<button class="button" type="submit">Turn it on</button>
</form>
<p class="hint">From then on your password alone does not let anybody in. It signs you out everywhere else, and takes access back from all apps.</p>
<p class="more"><a href="${SECURITY}">Back</a></p>
</section>`,
  })
}

/** Drawn in the page itself: what it says goes to nobody else. Dark on light in both schemes, or no camera reads it. */
function qrCode(text: string): Html {
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  const path = data
    .map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')).join(''))
    .join('')
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="QR code for an authenticator app" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#000" d="${path}"/></svg>`
}

/** As people type it. */
function grouped(secret: string): string {
  return secret.replace(/.{4}(?=.)/g, '$& ')
}

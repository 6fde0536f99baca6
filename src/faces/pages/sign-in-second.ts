import type { Request, Response } from 'express'
import { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import { takePasskey } from '../../domain/accounts/passkeys.ts'
import { takeCode } from '../../domain/accounts/second-factor.ts'
import {
  countSecondAttempt,
  finishSecondStep,
  requireSecondStep,
  type SecondStep,
} from '../../domain/accounts/second-step.ts'
import { type Answer, answerFor } from '../http/errors.ts'
import type { Limits } from '../http/limits.ts'
import { queryValue, readForm } from '../http/params.ts'
import { cookieName, cookieOf, giveCookie } from '../http/sessions.ts'
import { answerForForm, field, formError, formGuard } from './form-parts.ts'
import { html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { askPasskey, CREDENTIAL, ceremonyOf, readSigned } from './passkey-parts.ts'
import { afterwards, enter, SECOND_STEP, STEP_COOKIE, toField } from './sign-in-parts.ts'

interface State {
  readonly wrong?: Answer
  readonly to: string | undefined
}

/** `/sign-in/second`: after the right password, asks for the second factor. */
export async function secondStepPage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const to = afterwards(queryValue(req, 'to'))
  try {
    await show(ctx, req, res, await requireSecondStep(ctx, tokenOf(ctx, req)), { to })
  } catch (error) {
    startAgain(ctx, req, res, error, to)
  }
}

const answer = z.object({
  code: z.string().max(100).optional(),
  credential: CREDENTIAL.optional(),
  to: z.string().max(4096).optional(),
})

/** Takes a code of the app, a recovery code or a passkey, and begins the session. */
export async function secondStepByForm(
  ctx: PageContext,
  limits: Limits,
  req: Request,
  res: Response,
): Promise<void> {
  const { code = '', credential, ...more } = readForm(req, answer)
  const to = afterwards(more.to)
  const token = tokenOf(ctx, req)
  try {
    const step = await requireSecondStep(ctx, token)
    const given = credential ? { credential } : { code }
    const wrong = await wrongIn(ctx, limits, req, res, { step, token: token ?? '', ...given })
    if (wrong) {
      if (wrong.retryAfterSeconds !== undefined) res.setHeader('Retry-After', wrong.retryAfterSeconds)
      await show(ctx, req, res.status(wrong.status), step, { wrong, to })
      return
    }
    const session = await finishSecondStep(ctx, token ?? '', step, req.get('user-agent'))
    giveCookie(res, ctx.config.origin, STEP_COOKIE, '', 0)
    await enter(ctx, req, res, session, to)
  } catch (error) {
    startAgain(ctx, req, res, error, to)
  }
}

interface Given {
  readonly step: SecondStep
  readonly token: string
  readonly code?: string
  readonly credential?: string
}

/** What is wrong with what they gave, if anything is; each attempt is counted before it is looked at. */
async function wrongIn(
  ctx: PageContext,
  limits: Limits,
  req: Request,
  res: Response,
  { step, token, code = '', credential }: Given,
): Promise<Answer | undefined> {
  const { accountId } = step
  try {
    await limits.tryFactor(req, accountId)
    await countSecondAttempt(ctx, token)
    if (credential === undefined) await takeCode(ctx, accountId, code)
    else {
      const ceremony = ceremonyOf(ctx, req, res, 'second-factor')
      await takePasskey(ctx, ceremony, readSigned(credential), accountId)
    }
  } catch (error) {
    return answerForForm(error, ['factor.wrong', 'passkey.wrong', 'request.too-many'])
  }
  await limits.forgiveFactor(accountId)
  return undefined
}

function tokenOf({ config }: PageContext, req: Request): string | undefined {
  return cookieOf(req, cookieName(config.origin, STEP_COOKIE))
}

async function show(
  ctx: PageContext,
  req: Request,
  res: Response,
  { accountId, factors }: SecondStep,
  { wrong, to }: State,
): Promise<void> {
  const guard = formGuard(ctx, req, res)
  const form = { purpose: 'second-factor', action: SECOND_STEP, more: toField(to) } as const
  const withPasskey =
    factors.passkeys &&
    (await askPasskey(ctx, req, res, { ...form, button: 'Use a passkey', quiet: true }, accountId))
  const hint = factors.authenticator
    ? 'The six digits that your authenticator app shows, or one of your recovery codes.'
    : 'One of the recovery codes that you keep for when your passkey is not at hand.'
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `Sign in · ${ctx.config.handleHost}`, hidden: true, here: 'sign-in' },
    body: html`<section class="sheet narrow">
<h1>One more step</h1>
<p class="soft">Your password was right. Now show that it is you.</p>
${formError(wrong)}
<form method="post" action="${SECOND_STEP}">
${guard}${toField(to)}
${field({ name: 'code', label: factors.authenticator ? 'Code' : 'Recovery code', autocomplete: 'one-time-code', maxLength: 100, literal: true, hint, wrong: wrong?.code === 'factor.wrong' })}
<button class="button" type="submit">Sign in</button>
</form>
${withPasskey}
<p class="hint">Lost them all? Whoever runs this server can help.</p>
</section>`,
  })
}

/** Too late, or too many attempts: from the password on. */
function startAgain(
  ctx: PageContext,
  req: Request,
  res: Response,
  error: unknown,
  to: string | undefined,
): void {
  if (!(error instanceof Refusal) || !['factor.step-over', 'login.disabled'].includes(error.code)) throw error
  const { status, sentence } = answerFor(error.code)
  giveCookie(res, ctx.config.origin, STEP_COOKIE, '', 0)
  const address = `/sign-in?${new URLSearchParams({ again: '1', ...(to !== undefined && { to }) })}`
  sendPage(ctx, req, res.status(status), {
    personal: true,
    head: { title: `Sign in · ${ctx.config.handleHost}`, hidden: true, here: 'sign-in' },
    body: html`<section class="sheet narrow">
<h1>That did not work</h1>
<p class="note wrong" role="alert">${sentence}</p>
<div class="actions"><a class="button" href="${address}">Sign in</a></div>
</section>`,
  })
}

import type { Request, Response } from 'express'
import { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import { openSession } from '../../domain/accounts/session.ts'
import { requireEntrance, type SignUp, signUp } from '../../domain/accounts/sign-up.ts'
import type { Fault } from '../../domain/accounts/sign-up-faults.ts'
import { answerFor } from '../http/errors.ts'
import { queryValue, readForm } from '../http/params.ts'
import { giveSession, sessionOf } from '../http/sessions.ts'
import { trySignUp } from '../http/sign-up-limits.ts'
import { html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { showSignUp } from './sign-up-form.ts'
import { doorOf, SIGNED_UP, wantsJson } from './way-in-parts.ts'

/** `/sign-up`: an account for whoever wants one, as far as they are given here. */
export async function signUpPage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const { registration } = ctx.config
  if (sessionOf(req)) res.redirect(303, '/accounts')
  else if (registration === 'closed' || registration === 'invite') showClosed(ctx, req, res)
  else await showSignUp(ctx, req, res, {})
}

/** `/invite/<code>`: the same for who was invited. Apps ask here where they have to go. */
export async function invitePage(ctx: PageContext, req: Request, res: Response, code: string): Promise<void> {
  await requireEntrance(ctx, doorOf(ctx), code)
  res.vary('Accept')
  if (wantsJson(req)) {
    res.setHeader('Cache-Control', 'private, no-store')
    res.json({ invite_code: code, instance_api_url: `${ctx.config.origin}/api/v2/instance` })
  } else if (sessionOf(req)) res.redirect(303, '/accounts')
  else await showSignUp(ctx, req, res, { code })
}

const form = z.object({
  name: z.string().max(100).trim(),
  email: z.string().max(320).trim().optional(),
  password: z.string().max(1024),
  reason: z.string().max(10_000).trim().optional(),
  agree: z.literal('on').optional(),
  code: z.string().max(100).optional(),
})

/** Makes the account, and lets its owner in if there is nothing to wait for. */
export async function signUpByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  if (sessionOf(req)) {
    res.redirect(303, '/accounts')
    return
  }
  const { agree, code, ...said } = readForm(req, form)
  const door = doorOf(ctx)
  const input: SignUp = { ...said, agreed: agree === 'on', inviteCode: code || undefined, ip: req.ip }
  const state = { ...said, agreed: input.agreed, code: code || undefined }
  let made: Awaited<ReturnType<typeof signUp>>
  try {
    const spend = () => trySignUp(ctx, req, said.email)
    made = await signUp(ctx, input, { door, emailNeeded: door.mail, spend })
  } catch (error) {
    const faults = faultsFrom(error)
    if (!faults) throw error
    made = { faults }
  }
  if ('faults' in made) {
    const answers = made.faults.map(({ code, details }) => answerFor(code, details))
    const wait = answers[0]?.retryAfterSeconds
    if (wait !== undefined) res.setHeader('Retry-After', wait)
    await showSignUp(ctx, req, res.status(answers[0]?.status ?? 422), { ...state, faults: made.faults })
    return
  }
  if (made.waitsFor) {
    res.redirect(303, `${SIGNED_UP}?waits=${made.waitsFor}`)
    return
  }
  giveSession(res, ctx.config.origin, await openSession(ctx, made.account.id, req.get('user-agent')))
  res.redirect(303, '/accounts')
}

/** Who has to wait keeps what they wrote. */
function faultsFrom(error: unknown): readonly Fault[] | undefined {
  if (!(error instanceof Refusal) || error.code !== 'request.too-many') return undefined
  return [{ field: 'agreed', fault: 'invalid', code: error.code, details: error.details }]
}

/** `/sign-up/done`: what is to come for who has signed up. */
export function signedUpPage(ctx: PageContext, req: Request, res: Response): void {
  const waits = queryValue(req, 'waits')
  const { handleHost } = ctx.config
  const [title, text] =
    waits === 'confirmation'
      ? [
          'One more step',
          html`<p>An e-mail is on its way to you. Please open the link in it within two days: until then your account cannot be used.</p>
<p class="soft">If none comes, look among what is taken for spam; or <a href="/sign-in">sign in</a> in ten minutes, and another is sent.</p>`,
        ]
      : [
          'Your request is in',
          html`<p>The people who run ${handleHost} look at it, and let you in as soon as they can.</p>`,
        ]
  sendPage(ctx, req, res, {
    head: { title: `${title} · ${handleHost}`, hidden: true, security: true },
    body: html`<section class="sheet narrow">
<h1>${title}</h1>
${text}
</section>`,
  })
}

function showClosed(ctx: PageContext, req: Request, res: Response): void {
  const { handleHost, registration } = ctx.config
  const text =
    registration === 'closed'
      ? html`<p>There are no new accounts at ${handleHost} at present.</p>`
      : html`<p>Accounts at ${handleHost} are by invitation: whoever invites you sends you a link, and that is where you begin.</p>`
  sendPage(ctx, req, res, {
    head: { title: `Create an account · ${handleHost}`, hidden: true, security: true },
    body: html`<section class="sheet narrow">
<h1>Create an account</h1>
${text}
<p class="soft">You need none to read what is public here, and people here can be followed from any other server of the open social web. <a href="/about">More about this server</a></p>
<p class="ways"><a href="/sign-in">Sign in</a></p>
</section>`,
  })
}

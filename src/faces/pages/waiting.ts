import type { Request, Response } from 'express'
import { z } from 'zod'
import { type AccountId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { listWaiting, type Registrant } from '../../domain/accounts/registration-find.ts'
import { answerNewcomer } from '../../domain/moderation/decide.ts'
import { queryValue, readForm } from '../http/params.ts'
import { formGuard } from './form-parts.ts'
import { type Html, html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { requireStaff, WAITING } from './staff-parts.ts'
import { fullTime, timeTag } from './times.ts'

const PAGE = 20

/** `/accounts/waiting`: who wants to come in, for those who look after this server. */
export async function waitingPage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  requireStaff(req)
  const after = readId<AccountId>(queryValue(req, 'after'))
  const found = await listWaiting(ctx.db, { limit: PAGE + 1, after })
  const shown = found.slice(0, PAGE)
  const last = found.length > PAGE && shown.at(-1)
  const guard = formGuard(ctx, req, res)
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `Who waits · ${ctx.config.handleHost}`, hidden: true, here: 'account', security: true },
    body: html`<section class="sheet"><header class="heading"><h1>Who waits to be let in</h1></header>
${shown.length === 0 ? html`<p class="empty">Nobody waits at present.</p>` : html`<ul class="newcomers">${shown.map((each) => newcomer(each, guard))}</ul>`}
${last && html`<nav class="pages" aria-label="More of them"><span></span><a rel="next" href="${WAITING}?after=${last.id}">Later ones</a></nav>`}
<p class="more"><a href="/accounts">Back to your account</a></p></section>`,
  })
}

function newcomer(registrant: Registrant, guard: Html): Html {
  const { id, name, email, unconfirmedEmail, confirmedAt, approvedAt, reason, createdAt } = registrant
  const hidden = html`${guard}<input type="hidden" name="id" value="${id}">`
  const state = confirmedAt === null ? 'has yet to be confirmed' : 'confirmed'
  return html`<li>
<p><strong><bdi>@${name}</bdi></strong> <span class="soft">asked ${timeTag(createdAt, fullTime(createdAt), 'plain')}</span></p>
${(email ?? unconfirmedEmail) !== null && html`<p class="soft"><bdi>${email ?? unconfirmedEmail}</bdi>${(email !== null || confirmedAt === null) && `, ${state}`}</p>`}
${reason !== null && html`<p class="reason" dir="auto">${reason}</p>`}
<div class="actions">
${approvedAt === null ? html`<form method="post" action="${WAITING}/approve">${hidden}<button class="button" type="submit">Let in<span class="unseen"> ${name}</span></button></form>` : html`<span class="badge">Approved</span>`}
<form method="post" action="${WAITING}/reject">${hidden}<button class="quiet button" type="submit">Turn away<span class="unseen"> ${name}</span></button></form>
</div></li>`
}

const form = z.object({ id: z.string().max(20) })

/** Lets somebody in, or turns them away, for good. */
export function answerByForm(answer: 'approve' | 'reject') {
  return async (ctx: PageContext, req: Request, res: Response): Promise<void> => {
    const { account, role } = requireStaff(req)
    const id = readId<AccountId>(readForm(req, form).id) ?? refuse('account.not-found')
    await answerNewcomer(ctx, { id: account.id, role }, id, answer)
    res.redirect(303, WAITING)
  }
}

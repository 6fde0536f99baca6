import type { Request, Response } from 'express'
import { z } from 'zod'
import { type Invite, isOpen, listInvites } from '../../domain/invites/find.ts'
import { createInvite, revokeInvite } from '../../domain/invites/invite.ts'
import { queryValue, readForm } from '../http/params.ts'
import { field, formGuard } from './form-parts.ts'
import { type Html, html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { INVITES, requireStaff } from './staff-parts.ts'
import { fullTime, timeTag } from './times.ts'
import { INVITE } from './way-in-parts.ts'

const PAGE = 40
const DAY_MS = 86_400_000

/** `/accounts/invites`: invitations, for those who look after this server. */
export async function invitesPage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  requireStaff(req)
  await show(ctx, req, res)
}

const wanted = z.object({
  uses: z
    .string()
    .trim()
    .regex(/^(?:[1-9]\d{0,5})?$/),
  days: z
    .string()
    .trim()
    .regex(/^(?:[1-9]\d{0,2})?$/),
})

/** Makes one. Its link is shown this once: only its hash is kept. */
export async function inviteByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const { account } = requireStaff(req)
  const { uses, days } = readForm(req, wanted)
  const { code } = await createInvite(ctx, {
    by: account.id,
    mostUses: uses === '' ? undefined : Number(uses),
    expiresAt: days === '' ? undefined : new Date(ctx.clock.now().getTime() + Number(days) * DAY_MS),
  })
  await show(ctx, req, res, `${ctx.config.origin}${INVITE}/${code}`)
}

const one = z.object({ id: z.string().regex(/^[1-9]\d{0,8}$/) })

export async function revokeInviteByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  requireStaff(req)
  await revokeInvite(ctx, Number(readForm(req, one).id))
  res.redirect(303, INVITES)
}

async function show(ctx: PageContext, req: Request, res: Response, link?: string): Promise<void> {
  const { handleHost, registration } = ctx.config
  const before = /^[1-9]\d{0,8}$/.exec(queryValue(req, 'before') ?? '')?.[0]
  const found = await listInvites(ctx.db, { limit: PAGE + 1, before: before ? Number(before) : undefined })
  const shown = found.slice(0, PAGE)
  const last = found.length > PAGE && shown.at(-1)
  const guard = formGuard(ctx, req, res)
  const now = ctx.clock.now()
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `Invitations · ${handleHost}`, hidden: true, here: 'account', security: true },
    body: html`${link !== undefined && html`<section class="sheet padded" role="status"><h2>Your invitation</h2><p>Send this link to whom you invite. It is shown this once.</p><p class="link"><code>${link}</code></p></section>`}
<section class="sheet padded" aria-labelledby="invite"><h1 id="invite">Invitations</h1>
<p class="soft">${registration === 'closed' ? 'Nobody comes in at present, not even by an invitation.' : 'Whoever has the link may make an account, without waiting for approval.'}</p>
<form method="post" action="${INVITES}">${guard}
${field({ name: 'uses', label: 'For how many people', autocomplete: 'off', maxLength: 6, digits: true, required: false, value: '1', hint: 'Any number, if you leave it empty.' })}
${field({ name: 'days', label: 'For how many days', autocomplete: 'off', maxLength: 3, digits: true, required: false, value: '7', hint: 'For good, if you leave it empty.' })}
<button class="button" type="submit">Make a link</button></form></section>
<section class="sheet" aria-labelledby="made"><h2 class="heading" id="made">Made so far</h2>
${shown.length === 0 ? html`<p class="empty">None yet.</p>` : html`<ul class="newcomers">${shown.map((each) => row(each, isOpen(each, now), guard))}</ul>`}
${last && html`<nav class="pages" aria-label="More invitations"><span></span><a rel="next" href="${INVITES}?before=${last.id}">Earlier ones</a></nav>`}
<p class="more"><a href="/accounts">Back to your account</a></p></section>`,
  })
}

function row(
  { id, by, uses, mostUses, expiresAt, revokedAt, createdAt }: Invite,
  open: boolean,
  guard: Html,
): Html {
  const used = mostUses === null ? `${uses} came by it` : `${uses} of ${mostUses} came by it`
  return html`<li><p><strong>${used}</strong> <span class="soft">made ${timeTag(createdAt, fullTime(createdAt), 'plain')} by ${by === null ? 'the command line' : html`<bdi>@${by}</bdi>`}</span></p>
<p class="soft">${revokedAt !== null ? 'Revoked' : !open ? 'Over' : expiresAt === null ? 'Holds for good' : html`Holds until ${timeTag(expiresAt, fullTime(expiresAt), 'plain')}`}</p>
${open && html`<div class="actions"><form method="post" action="${INVITES}/revoke">${guard}<input type="hidden" name="id" value="${id}"><button class="quiet button" type="submit">Revoke<span class="unseen"> the one of ${fullTime(createdAt)}</span></button></form></div>`}</li>`
}

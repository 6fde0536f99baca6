import type { Request, Response } from 'express'
import { z } from 'zod'
import { COMMAND_LINE } from '../../domain/grants/client.ts'
import { hostOfClient } from '../../domain/grants/client-id.ts'
import { revokeGrants } from '../../domain/grants/revoke.ts'
import { scopesFrom } from '../../domain/grants/scopes.ts'
import { type AppView, listApps } from '../../views/apps.ts'
import { queryValue, readForm } from '../http/params.ts'
import { requireSession, sessionOf } from '../http/sessions.ts'
import { formGuard } from './form-parts.ts'
import { type Html, html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { permissionsOf } from './scope-texts.ts'
import { ago, fullTime, timeTag } from './times.ts'

export const APPS = '/accounts/apps'

/** `/accounts/apps`: which apps somebody has let in, what they can do, and the way to have them out again. */
export async function appsPage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  if (!sessionOf(req)) {
    res.redirect(303, '/sign-in')
    return
  }
  const { account } = requireSession(req)
  const now = ctx.clock.now()
  const apps = await listApps(ctx.db, account.id, now)
  const guard = formGuard(ctx, req, res)
  const done = queryValue(req, 'done') !== undefined
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `Apps · ${ctx.config.handleHost}`, hidden: true, here: 'account' },
    body: html`${done && html`<p class="note" role="status">That app has no access any more.</p>`}
<section class="sheet">
<header class="heading"><h1>Apps</h1><p class="soft">These can act as <bdi>@${account.name}</bdi>, until you take it back.</p></header>
${apps.length === 0 ? html`<p class="empty">You have not let any app in.</p>` : html`<ul>${apps.map((app) => appItem(app, guard, now))}</ul>`}
<p class="more"><a href="/accounts">Back to your account</a></p>
</section>`,
  })
}

function appItem(app: AppView, guard: Html, now: Date): Html {
  const host = hostOfClient(app.clientId)
  const name = app.name || host || 'An app without a name'
  const permissions = permissionsOf(scopesFrom(app.scopes.join(' ')))
  return html`<li class="app">
<h2><bdi>${name}</bdi></h2>
<p class="handle">${whereFrom(app, host)}</p>
<ul class="may">${permissions.map(({ text, grave }) => html`<li${grave && html` class="grave"`}>${text}</li>`)}</ul>
<p class="soft">Since ${timeTag(app.since, fullTime(app.since), 'plain')} · last used ${lastUsed(app.usedAt, now)}</p>
<form method="post" action="${APPS}/revoke">${guard}<input type="hidden" name="app" value="${app.clientId}"><button class="quiet button" type="submit">Take access back<span class="unseen"> from ${name}</span></button></form>
</li>`
}

function whereFrom({ clientId }: AppView, host: string | undefined): Html | string {
  if (clientId === COMMAND_LINE) return 'Tokens made where this server runs'
  return host === undefined
    ? 'Registered itself; nobody has checked who is behind it'
    : html`<bdi>${host}</bdi>`
}

function lastUsed(time: Date, now: Date): Html {
  const text = ago(time, now)
  return timeTag(time, /^\d+ (?:min|h|d)$/.test(text) ? `${text} ago` : text, 'plain')
}

const form = z.object({ app: z.string().max(2048) })

/** Ends all that one app was given, at once. Of an app that is not among theirs nothing is said. */
export async function revokeByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const { account } = requireSession(req)
  const { app } = readForm(req, form)
  const apps = await listApps(ctx.db, account.id, ctx.clock.now())
  const ids = apps.filter(({ clientId }) => clientId === app).flatMap(({ grantIds }) => grantIds)
  await revokeGrants(ctx, ids)
  res.redirect(303, `${APPS}?done`)
}

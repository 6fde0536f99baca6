import type { Request, Response } from 'express'
import type { AccountId } from '../../base/ids.ts'
import type { Session } from '../../domain/accounts/session.ts'
import { type LocalAccountRow, listLocalAccounts, viewAccount } from '../../views/accounts.ts'
import { requireSession, sessionOf } from '../http/sessions.ts'
import { avatar, counted, titleOf } from './account-parts.ts'
import { type Html, html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { readBefore } from './paging.ts'
import { profileHeader } from './profile-head.ts'
import { SECURITY } from './security-parts.ts'
import { signOutForms } from './sign-in.ts'
import { INVITES, staffLinks } from './staff-parts.ts'
import { ago, month, timeTag } from './times.ts'

const PAGE = 40

/** `/accounts`: one's own account; for owner and admins, everybody's too. */
export async function accountsPage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  if (!sessionOf(req)) {
    res.redirect(303, '/sign-in')
    return
  }
  const session = requireSession(req)
  const own = await viewAccount(ctx.db, session.account.id)
  const forms = html`<section class="sheet padded" aria-labelledby="leave"><h2 id="leave">Sign out</h2>${signOutForms(ctx, req, res)}</section>`
  const all = mayManage(session) ? await everybody(ctx, req) : false
  sendPage(ctx, req, res, {
    head: {
      title: `${all ? 'Accounts' : 'Your account'} · ${ctx.config.handleHost}`,
      hidden: true,
      here: 'account',
    },
    body: html`<h1 class="unseen">${all ? 'Accounts' : 'Your account'}</h1>
<section class="sheet" aria-label="Your account">${own && profileHeader(own, ctx.config.handleHost)}<p class="more"><a href="/@${session.account.name}">Your profile page</a> · <a href="${SECURITY}">Security</a> · <a href="/accounts/apps">Apps with access</a></p>${session.role !== 'user' && staffLinks()}</section>
${all}
${forms}`,
  })
}

function mayManage({ role }: Session): boolean {
  return role === 'owner' || role === 'admin'
}

async function everybody(ctx: PageContext, req: Request): Promise<Html> {
  const before = readBefore<AccountId>(req)
  const page = await listLocalAccounts(ctx.db, {
    limit: PAGE,
    ...(before !== undefined && { maxId: before }),
  })
  const now = ctx.clock.now()
  return html`<section class="sheet" aria-labelledby="everybody">
<h2 class="heading" id="everybody">Accounts on this server</h2>
<ul class="accounts">${page.items.map((row) => accountRow(row, now))}</ul>
${page.next !== undefined && html`<nav class="pages" aria-label="More accounts"><span></span><a rel="next" href="/accounts?before=${page.next}">Older accounts</a></nav>`}
<p class="more soft">To add one, run <code>npx weft account create NAME</code> where the server runs, or <a href="${INVITES}">invite somebody</a>.</p>
</section>`
}

const roles = { owner: 'Owner', admin: 'Admin', moderator: 'Moderator', user: '' } as const

function accountRow(row: LocalAccountRow, now: Date): Html {
  const { account, role, seenAt, waitsFor } = row
  if (waitsFor) return waitingRow(row, now)
  const { posts, followers, following } = account.counts
  return html`<li>
${avatar(account)}
<div class="said">
<p class="by"><span><a class="name" href="/@${account.name}"><bdi>${titleOf(account)}</bdi></a> <span class="handle"><bdi>@${account.name}</bdi></span></span>${roles[role] !== '' && html`<span class="badge">${roles[role]}</span>`}${account.suspended && html`<span class="badge">Suspended</span>`}</p>
<p class="counts">${counted(posts, 'post', 'posts')} ${counted(followers, 'follower', 'followers')} <span><strong>${following}</strong> following</span></p>
<p class="soft">Joined ${month(account.createdAt)} · here ${seen(seenAt, now)}</p>
</div>
</li>`
}

const waits = { confirmation: 'Has yet to confirm their address', approval: 'Waits for approval' } as const

/** Of somebody who is not let in yet there is no profile. */
function waitingRow({ account, waitsFor = 'approval', reason }: LocalAccountRow, now: Date): Html {
  return html`<li>
${avatar(account)}
<div class="said">
<p class="by"><span><span class="handle"><bdi>@${account.name}</bdi></span></span><span class="badge">${waits[waitsFor]}</span></p>
${reason !== null && html`<p class="prose" dir="auto">${reason}</p>`}
<p class="soft">Asked ${seen(account.createdAt, now)}</p>
</div>
</li>`
}

function seen(time: Date, now: Date): Html {
  const text = ago(time, now)
  return timeTag(time, /^\d+ (?:min|h|d)$/.test(text) ? `${text} ago` : text, 'plain')
}

import type { Request, Response } from 'express'
import { z } from 'zod'
import type { AccountId } from '../../base/ids.ts'
import { changePassword } from '../../domain/accounts/change-password.ts'
import { openSession, type Session } from '../../domain/accounts/session.ts'
import { type LocalAccountRow, listLocalAccounts, viewAccount } from '../../views/accounts.ts'
import type { Answer } from '../http/errors.ts'
import type { Limits } from '../http/limits.ts'
import { readForm } from '../http/params.ts'
import { giveSession, requireSession, sessionOf } from '../http/sessions.ts'
import { avatar, counted, titleOf } from './account-parts.ts'
import { answerForForm, field, formError, formGuard } from './form-parts.ts'
import { type Html, html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { readBefore } from './paging.ts'
import { profileHeader } from './profile-head.ts'
import { signOutForms } from './sign-in.ts'
import { ago, month, timeTag } from './times.ts'

const PAGE = 40

interface State {
  readonly wrong?: Answer
  readonly done?: string
}

/** `/accounts`: one's own account; for owner and admins, everybody's too. */
export async function accountsPage(
  ctx: PageContext,
  req: Request,
  res: Response,
  state: State = {},
): Promise<void> {
  if (!sessionOf(req)) {
    res.redirect(303, '/sign-in')
    return
  }
  const session = requireSession(req)
  const own = await viewAccount(ctx.db, session.account.id)
  const forms = html`<section class="sheet padded" id="password" aria-labelledby="change"><h2 id="change">Change password</h2>${passwordForm(ctx, req, res, state)}</section>
<section class="sheet padded" aria-labelledby="leave"><h2 id="leave">Sign out</h2>${signOutForms(ctx, req, res)}</section>`
  const all = mayManage(session) ? await everybody(ctx, req) : false
  sendPage(ctx, req, res, {
    head: {
      title: `${all ? 'Accounts' : 'Your account'} · ${ctx.config.handleHost}`,
      hidden: true,
      here: 'account',
    },
    body: html`<h1 class="unseen">${all ? 'Accounts' : 'Your account'}</h1>
${state.done !== undefined && html`<p class="note" role="status">${state.done}</p>`}
<section class="sheet" aria-label="Your account">${own && profileHeader(own, ctx.config.handleHost)}<p class="more"><a href="/@${session.account.name}">Your profile page</a> · <a href="/accounts/apps">Apps with access</a></p></section>
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
<p class="more soft">To add one, run <code>npx weft account create NAME</code> where the server runs.</p>
</section>`
}

const roles = { owner: 'Owner', admin: 'Admin', moderator: 'Moderator', user: '' } as const

function accountRow({ account, role, seenAt }: LocalAccountRow, now: Date): Html {
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

function seen(time: Date, now: Date): Html {
  const text = ago(time, now)
  return timeTag(time, /^\d+ (?:min|h|d)$/.test(text) ? `${text} ago` : text, 'plain')
}

function passwordForm(ctx: PageContext, req: Request, res: Response, state: State): Html {
  return html`${formError(state.wrong)}
<form method="post" action="/accounts/password">
${formGuard(ctx, req, res)}
${field({ name: 'current', label: 'Current password', type: 'password', autocomplete: 'current-password' })}
${field({ name: 'next', label: 'New password', type: 'password', autocomplete: 'new-password', minLength: 8, maxLength: 128, hint: 'It signs you out everywhere else.' })}
<button class="quiet button" type="submit">Change password</button>
</form>`
}

const change = z.object({ current: z.string().max(1024), next: z.string().max(1024) })

/** Changes the password: every session ends, and this browser gets a new one. */
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
    const said =
      wrong.code === 'login.wrong' ? { ...wrong, sentence: 'That is not your current password.' } : wrong
    await accountsPage(ctx, req, res.status(wrong.status), { wrong: said })
    return
  }
  await limits.forgiveSignIn(account.name)
  giveSession(res, ctx.config.origin, await openSession(ctx, account.id, req.get('user-agent')))
  res.redirect(303, '/accounts')
}

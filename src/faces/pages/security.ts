import type { Request, Response } from 'express'
import { hasPasskeys } from '../../domain/accounts/passkeys.ts'
import { findRegistrant } from '../../domain/accounts/registration-find.ts'
import { nameOfToken, type Session } from '../../domain/accounts/session.ts'
import { listSessions, type SecurityView, viewSecurity } from '../../views/security.ts'
import type { Answer } from '../http/errors.ts'
import { queryValue } from '../http/params.ts'
import { requireSession, sessionOf, sessionTokenOf } from '../http/sessions.ts'
import { field, formError, formGuard } from './form-parts.ts'
import { type Html, html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { appSection, codeSection, emailSection, passkeySection, sessionSection } from './security-parts.ts'

const done: Readonly<Record<string, string>> = {
  password: 'Your password is changed, and you are signed out everywhere else.',
  email: 'A link is on its way to that address. It is yours here as soon as you open it.',
  app: 'Your authenticator app is set up. You are signed out everywhere else.',
  'app-off': 'No codes of an app are asked for any more.',
  passkey: 'Your passkey is added. You are signed out everywhere else.',
  renamed: 'Your passkey has its new name.',
  removed: 'That passkey does not let anybody in any more.',
  ended: 'That browser is signed out.',
  others: 'You are signed out everywhere else.',
  confirmed: 'Thank you. For ten minutes you can make changes here.',
}

/** `/accounts/security`: what guards the account, and where it is signed in. */
export async function securityPage(
  ctx: PageContext,
  req: Request,
  res: Response,
  wrong?: Answer,
  at: 'password' | 'email' = 'password',
): Promise<void> {
  if (!sessionOf(req)) {
    res.redirect(303, '/sign-in')
    return
  }
  const session = requireSession(req)
  const now = ctx.clock.now()
  const [registrant, view, sessions] = await Promise.all([
    ctx.config.mail ? findRegistrant(ctx.db, session.account.id) : undefined,
    viewSecurity(ctx.db, session.account.id),
    listSessions(ctx.db, session.account.id, now),
  ])
  const guard = formGuard(ctx, req, res)
  const isGuarded = view.authenticatorSince !== null || view.passkeys.length > 0
  const said = done[queryValue(req, 'done') ?? '']
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `Security · ${ctx.config.handleHost}`, hidden: true, here: 'account', security: true },
    body: html`${said !== undefined && html`<p class="note" role="status">${said}</p>`}
${shouldGuard(session, view) && html`<p class="note">You run this server, and your password alone lets anybody in. Please set up an app or a passkey.</p>`}
<section class="sheet"><header class="heading"><h1>Security</h1><p class="soft">What guards <bdi>@${session.account.name}</bdi>, and where it is signed in.</p></header>
<p class="more"><a href="/accounts">Back to your account</a></p></section>
${passwordSection(guard, at === 'password' ? wrong : undefined)}
${registrant && emailSection(registrant, guard, at === 'email' ? wrong : undefined)}
${appSection(view, guard)}
${passkeySection(view, guard, now, hasPasskeys(ctx.uris))}
${isGuarded && codeSection(view, guard)}
${sessionSection(sessions, nameOfToken(sessionTokenOf(req) ?? ''), guard, now)}`,
  })
}

function shouldGuard({ role }: Session, { authenticatorSince, passkeys }: SecurityView): boolean {
  return (role === 'owner' || role === 'admin') && authenticatorSince === null && passkeys.length === 0
}

function passwordSection(guard: Html, wrong: Answer | undefined): Html {
  const isCurrent = wrong?.code === 'login.wrong'
  return html`<section class="sheet padded" id="password" aria-labelledby="change"><h2 id="change">Password</h2>
${formError(wrong)}
<form method="post" action="/accounts/password">
${guard}
${field({ name: 'current', label: 'Current password', type: 'password', autocomplete: 'current-password', wrong: isCurrent })}
${field({ name: 'next', label: 'New password', type: 'password', autocomplete: 'new-password', minLength: 8, maxLength: 128, hint: 'At least 8 characters. It signs you out everywhere else, and takes access back from all apps.', wrong: wrong?.code.startsWith('password.') === true })}
<button class="quiet button" type="submit">Change password</button>
</form></section>`
}

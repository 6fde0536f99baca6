import type { Request, Response } from 'express'
import type { Authorization, Declined } from '../../domain/grants/authorization.ts'
import type { Client } from '../../domain/grants/client.ts'
import { hostOfClient } from '../../domain/grants/client-id.ts'
import { type Destination, destinationOf } from '../../domain/grants/redirects.ts'
import { hashOf } from '../../domain/grants/tokens.ts'
import type { AccountView } from '../../views/view.ts'
import type { Answer } from '../http/errors.ts'
import { avatar, handleOf, titleOf } from './account-parts.ts'
import { formError, formGuard } from './form-parts.ts'
import { type Html, html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import type { Permission } from './scope-texts.ts'

export interface Consent {
  readonly authorization: Authorization
  /** where the form goes */
  readonly path: string
  readonly account: AccountView
  readonly permissions: readonly Permission[]
  /** the app was let in before, but names other addresses or keys since */
  readonly changed: boolean
  readonly wrong?: Answer
}

/** Asks whoever is signed in whether an app may do what it wants, all of it or some. */
export function showConsent(ctx: PageContext, req: Request, res: Response, consent: Consent): void {
  const { authorization, account, path } = consent
  const { client } = authorization
  const name = nameOf(client)
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `Access for an app · ${ctx.config.handleHost}`, hidden: true },
    body: html`<section class="sheet narrow consent">
${
  client.logoFile !== null &&
  html`<img class="logo" src="/media/${client.logoFile}" alt="">
`
}<h1><bdi>${name}</bdi> asks for access</h1>
${whoAsks(client)}
${formError(consent.wrong)}
${consent.changed && html`<p class="note wrong" role="alert">This app has changed where it is answered, or its keys, since you last let it in. If you did not expect that, deny it.</p>`}
<p class="soft">It wants to act as</p>
<div class="whom">${avatar(account)}<p><strong><bdi>${titleOf(account)}</bdi></strong><span class="handle"><bdi>${handleOf(account, ctx.config.handleHost)}</bdi></span></p>
<a href="/sign-in?again=1&amp;to=${encodeURIComponent(path)}">Someone else</a></div>
<form method="post" action="${path}">
${formGuard(ctx, req, res)}<input type="hidden" name="shown" value="${nameOfShown(consent.permissions)}">
<fieldset class="choices"><legend>and to</legend>
${consent.permissions.map(choice)}</fieldset>
<p class="hint">${goesTo(authorization.redirectUri)} You can take it back at any time, under <em>Your account</em>.</p>
<div class="actions">
<button class="button" type="submit" name="decision" value="allow">Allow</button>
<button class="quiet button" type="submit" name="decision" value="deny">Deny</button>
</div>
</form>
</section>`,
  })
}

/** The same for the same permissions in the same order: by it a form says which ones its boxes are of. */
export function nameOfShown(permissions: readonly Permission[]): string {
  return hashOf(JSON.stringify(permissions.map(({ words }) => words))).toString('base64url')
}

function nameOf(client: Client): string {
  return client.name || hostOfClient(client.id) || 'an app without a name'
}

/** A name can be anything; a host is what can be relied on. */
function whoAsks(client: Client): Html {
  const host = hostOfClient(client.id)
  return host === undefined
    ? html`<p class="soft">It has given itself this name; nobody has checked who is behind it.</p>`
    : html`<p class="asker"><bdi>${host}</bdi></p>`
}

function choice({ text, grave }: Permission, at: number): Html {
  return html`<label class="choice${grave && ' grave'}"><input type="checkbox" name="allow-${at}" value="on" checked><span>${text}</span></label>
`
}

function goesTo(redirectUri: string): Html {
  const destination = destinationOf(redirectUri)
  return html`Either way you go on to ${placeOf(destination)}.${
    destination.kind === 'app' &&
    destination.bare &&
    html` <strong>Any app on your device can claim to be that one: go on only if you have just come from it.</strong>`
  }`
}

function placeOf(destination: Destination): Html {
  if (destination.kind === 'host') return html`<strong><bdi>${destination.host}</bdi></strong>`
  if (destination.kind === 'app')
    return html`the app <strong><bdi>${destination.scheme}</bdi></strong> on your device`
  if (destination.kind === 'device') return html`<strong>a program on this device</strong>`
  return html`a page with a code to copy`
}

/** The code itself, for an app that has no address: to be copied there by hand. */
export function showCode(ctx: PageContext, req: Request, res: Response, client: Client, code: string): void {
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `Your code · ${ctx.config.handleHost}`, hidden: true },
    body: html`<section class="sheet narrow">
<h1>Your code</h1>
<p class="soft">Copy it into <bdi>${nameOf(client)}</bdi> within ten minutes. Give it to nobody else: whoever has it can get in.</p>
<p class="code"><code>${code}</code></p>
</section>`,
  })
}

/** What an app without an address would have been told. */
export function showDeclined(ctx: PageContext, req: Request, res: Response, declined: Declined): void {
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `No access · ${ctx.config.handleHost}`, hidden: true },
    body: html`<section class="sheet narrow">
<h1>The app has no access</h1>
<p class="soft">${declined.error === 'access_denied' ? 'You have denied it.' : declined.description}</p>
<p class="soft">You can close this page.</p>
</section>`,
  })
}

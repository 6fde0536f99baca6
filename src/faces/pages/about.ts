import type { Request, Response } from 'express'
import { type Contact, viewContact } from '../../views/contact.ts'
import { viewUsage } from '../../views/instance.ts'
import { titleOf } from './account-parts.ts'
import { type Html, html } from './html.ts'
import { type PageContext, sendPage } from './page-context.ts'
import { privacyText } from './privacy-text.ts'
import { termsText } from './terms-text.ts'

/** `/about`: what this server is, who runs it, and how to follow people on it. */
export async function aboutPage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const { handleHost } = ctx.config
  const [contact, usage] = await Promise.all([viewContact(ctx.db), viewUsage(ctx.db)])
  const body = html`<article class="sheet text">
<h1>About ${handleHost}</h1>
<p>${handleHost} is a server of the open social web. People with an account here write short posts. Whoever has an account here, on Mastodon, on Threads with sharing turned on, or on any other server that speaks ActivityPub can follow them, answer them, and be followed back: it is one network of many servers, and nobody owns the whole of it.</p>
<p>At present there ${usage.users === 1 ? 'is one account' : html`are ${usage.users} accounts`} here, with ${usage.localPosts === 1 ? 'one post' : html`${usage.localPosts} posts`}.</p>
<h2>Following people here</h2>
<p>Search for their address on the server where your account is. An address looks like this: <span class="handle">@name@${handleHost}</span>. You need no account here.</p>
<h2>Who runs it</h2>
${runBy(contact)}
<h2>The rules</h2>
<p>Be kind, be yourself, and keep to the law. The <a href="/terms">terms</a> say it in full, and the <a href="/privacy">privacy page</a> says what is kept about you.</p>
<h2>The software</h2>
<p>This server runs Weft, free software under the GNU Affero General Public License, version 3 or later.</p>
</article>`
  sendText(
    ctx,
    req,
    res,
    'about',
    `About ${handleHost}`,
    `What ${handleHost} is, who runs it, and how to follow people on it.`,
    body,
  )
}

/** `/privacy`: what is kept, what other servers receive, and whom to ask. */
export async function privacyPage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const { handleHost } = ctx.config
  const body = privacyText(handleHost, askWhom(await viewContact(ctx.db)))
  sendText(
    ctx,
    req,
    res,
    'privacy',
    `Privacy at ${handleHost}`,
    `What ${handleHost} keeps about you, what other servers receive, and whom to ask.`,
    body,
  )
}

/** `/terms`: who may have an account here, and what is asked of them. */
export async function termsPage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const { handleHost } = ctx.config
  const body = termsText(handleHost, askWhom(await viewContact(ctx.db)))
  sendText(
    ctx,
    req,
    res,
    'terms',
    `Terms of ${handleHost}`,
    `Who may have an account at ${handleHost}, and what is asked of them.`,
    body,
  )
}

function sendText(
  ctx: PageContext,
  req: Request,
  res: Response,
  name: string,
  title: string,
  description: string,
  body: Html,
): void {
  const canonical = `${ctx.config.origin}/${name}`
  sendPage(ctx, req, res, { head: { title, description, canonical }, body })
}

function runBy(contact: Contact | undefined): Html {
  if (!contact) return html`<p>This server has no owner yet.</p>`
  return html`<p>${person(contact)} runs this server and is the one to write to about it: about posts that break the rules, about your data, about anything that does not work.</p>`
}

export function askWhom(contact: Contact | undefined): Html {
  return contact ? person(contact) : html`the people who run this server`
}

function person(contact: Contact): Html {
  return html`<a href="/@${contact.name}"><bdi>${titleOf(contact)}</bdi></a> (<span class="handle">@${contact.name}</span>)`
}

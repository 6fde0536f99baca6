import type { Request, Response } from 'express'
import { handleFrom } from '../../base/handles.ts'
import { Refusal, refuse } from '../../base/refusal.ts'
import { Transient } from '../../base/transient.ts'
import { fillTemplate } from '../../text/uri-template.ts'
import { viewAccount } from '../../views/accounts.ts'
import { viewPost } from '../../views/posts.ts'
import { queryValue } from '../http/params.ts'
import { sessionOf } from '../http/sessions.ts'
import { field } from './form-parts.ts'
import { type Html, html, linkTo } from './html.ts'
import { INTERACTION } from './interaction.ts'
import { type PageContext, sendPage } from './page-context.ts'

const FEP = 'https://w3id.org/fep/3b86/'
const SUBSCRIBE = 'http://ostatus.org/schema/1.0/subscribe'

/** What a visitor may want to do from their own server, each with the names of FEP-3b86 to try before the older way. */
const wishes = {
  Follow: ['Follow'],
  Like: ['Like', 'Object'],
  Announce: ['Announce', 'Object'],
  Create: ['Create', 'Object'],
} as const
type Wished = keyof typeof wishes

const labels: Readonly<Record<Wished, string>> = {
  Follow: 'Follow',
  Create: 'Reply',
  Announce: 'Boost',
  Like: 'Like',
}

/** The way to act on something of ours from one's own account, wherever that is; for those signed in here, right here. */
export function elsewherePart(req: Request, uri: string, what: 'account' | 'post'): Html {
  if (sessionOf(req)) {
    const words = what === 'account' ? 'Follow' : 'Reply, boost or like'
    return html`<p class="more"><a href="${INTERACTION}?uri=${encodeURIComponent(uri)}">${words}</a></p>`
  }
  const summary = what === 'account' ? 'Follow from your server' : 'Reply, boost or like from your server'
  return html`<details class="elsewhere"><summary>${summary}</summary>${askForm(uri, what)}</details>`
}

function askForm(uri: string, what: 'account' | 'post', typed = ''): Html {
  const offered: readonly Wished[] = what === 'account' ? ['Follow'] : ['Create', 'Announce', 'Like']
  return html`<form method="get" action="/interact">
<input type="hidden" name="uri" value="${uri}">
${field({ name: 'handle', label: 'Your address', value: typed, autocomplete: 'off', literal: true, maxLength: 320, hint: 'Like you@example.social: you are taken to your own server.' })}
<div class="actions">${offered.map((wish) => html`<button class="button" type="submit" name="intent" value="${wish}">${labels[wish]}</button>`)}</div>
</form>`
}

/**
 * `/interact?uri=…&handle=…&intent=…`: asks the visitor's own server where it takes such wishes, and leads there. Only
 * for what everybody may see here, so this server sends nobody anywhere but to their own.
 */
export async function elsewherePage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const uri = queryValue(req, 'uri') ?? ''
  const subject = await subjectOf(ctx, uri)
  const intent = queryValue(req, 'intent') ?? 'Follow'
  if (!Object.hasOwn(wishes, intent)) refuse('request.invalid')
  const typed = (queryValue(req, 'handle') ?? '').trim().slice(0, 320)
  const target =
    typed === '' || !isOurForm(req) ? undefined : await targetFor(ctx, subject, intent as Wished, typed)
  if (typeof target === 'object') {
    res.setHeader('Refresh', `0; url=${target.href}`)
    show(
      ctx,
      req,
      res,
      subject,
      html`<h1>To ${target.host}</h1><p>This is your server’s page for it: <a href="${target.href}" rel="nofollow noopener noreferrer">${target.href}</a></p>`,
    )
    return
  }
  const wrong = target !== undefined && html`<p class="note wrong" role="alert">${target}</p>`
  show(
    ctx,
    req,
    target === undefined ? res : res.status(422),
    subject,
    html`<h1>From your own server</h1>${wrong}${askForm(uri, subject.kind, typed)}`,
  )
}

interface Subject {
  readonly uri: string
  readonly page: string
  readonly kind: 'account' | 'post'
}

/** One of our people, or an open post of theirs. */
async function subjectOf({ db, uris }: PageContext, uri: string): Promise<Subject> {
  const accountId = uris.accountIdFrom(uri)
  const account = accountId && (await viewAccount(db, accountId))
  if (account?.local && !account.deleted && !account.suspended && account.kind !== 'application')
    return { uri: account.uri, page: uris.profile(account.name), kind: 'account' }
  const postId = uris.postIdFrom(uri)
  const post = postId && (await viewPost(db, postId, undefined))
  if (!post?.local) return refuse('not-found')
  return { uri: post.uri, page: uris.postPage(post.author.name, post.id), kind: 'post' }
}

/** Asking another server because some third site says so would make us its tool. */
function isOurForm(req: Request): boolean {
  return ['same-origin', undefined].includes(req.get('sec-fetch-site'))
}

/** Where to go, or what to say instead. */
async function targetFor(
  { outside, config, log }: PageContext,
  subject: Subject,
  wish: Wished,
  typed: string,
): Promise<URL | string> {
  const handle = handleFrom(typed)
  if (!handle?.host) return 'An address looks like you@example.social.'
  const { host } = handle
  if (host === config.handleHost)
    return new URL(`${config.origin}${INTERACTION}?uri=${encodeURIComponent(subject.uri)}`)
  try {
    const templates = await outside.templatesOf({ name: handle.name, host })
    return (
      targetIn(templates, subject, wish) ??
      `${host} does not say where it takes this. Search for ${subject.uri} there instead.`
    )
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof Transient)) throw error
    log.debug('{host} gave no templates: {error}', { host, error })
    return error instanceof Refusal
      ? `Nobody of that name is found at ${host}.`
      : `${host} does not answer at the moment. Please try again later.`
  }
}

function targetIn(
  templates: ReadonlyMap<string, string>,
  { uri, page }: Subject,
  wish: Wished,
): URL | undefined {
  const values = { object: uri, inReplyTo: uri, uri, 'on-success': page, 'on-cancel': page }
  for (const name of [...wishes[wish].map((each) => FEP + each), SUBSCRIBE]) {
    const template = templates.get(name.toLowerCase())
    // A form for new words that cannot be told what they answer would lose it.
    if (template === undefined || (name === `${FEP}Create` && !template.includes('{inReplyTo}'))) continue
    const filled = fillTemplate(template, values)
    const url = filled.length <= 4096 && linkTo(filled) !== undefined ? new URL(filled) : undefined
    if (url && url.username === '' && url.password === '') return url
  }
  return undefined
}

function show(ctx: PageContext, req: Request, res: Response, subject: Subject, body: Html): void {
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `From your own server · ${ctx.config.handleHost}`, hidden: true },
    body: html`<section class="sheet narrow">${body}<p class="more"><a href="${subject.page}">Back</a></p></section>`,
  })
}

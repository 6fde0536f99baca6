import type { Request, Response } from 'express'
import type { PostId } from '../../base/ids.ts'
import { hasOwner } from '../../views/instance.ts'
import { listPublicLocal } from '../../views/posts.ts'
import { type Html, html } from './html.ts'
import { type PageContext, sendPage, viewerOf } from './page-context.ts'
import { readBefore } from './paging.ts'
import { postList } from './post-parts.ts'

const PAGE = 20

/** `/`: what this server is, and what people here have said lately. */
export async function homePage(ctx: PageContext, req: Request, res: Response): Promise<void> {
  const { db, clock, config } = ctx
  const before = readBefore<PostId>(req)
  const posts = await listPublicLocal(db, {
    boosts: true,
    limit: PAGE,
    viewer: viewerOf(req),
    ...(before !== undefined && { maxId: before }),
  })
  const ready = posts.items.length > 0 || (await hasOwner(db))
  const { handleHost, origin } = config
  const description = `${handleHost} is a home on the open social web, run with Weft. Read it here, or follow its people from Mastodon, Threads or wherever you are.`
  const body = html`${before === undefined && welcome(handleHost, config.registration, ready)}
<section class="sheet" aria-labelledby="recent">
<h2 class="heading" id="recent">${before === undefined ? 'Recent posts' : 'Earlier posts'}</h2>
${postList(posts, { handleHost, now: clock.now(), languages: req.acceptsLanguages() }, { path: '/', before, empty: 'Nobody has said anything in public yet.' })}
</section>`
  sendPage(ctx, req, res, {
    head: {
      title: before === undefined ? handleHost : `Earlier posts · ${handleHost}`,
      description,
      canonical: `${origin}/`,
      hidden: before !== undefined,
      here: 'home',
    },
    body,
  })
}

const doors: Readonly<Record<PageContext['config']['registration'], string>> = {
  open: 'Anybody may have an account here.',
  approval: 'Accounts here are given by the people who run it.',
  invite: 'Accounts here are by invitation.',
  closed: 'There are no new accounts here at present.',
}

function welcome(
  handleHost: string,
  registration: PageContext['config']['registration'],
  ready: boolean,
): Html {
  const open = registration === 'open' || registration === 'approval'
  return html`<section class="sheet hero">
<h1>A home on the open social web</h1>
<p class="lead">People on ${handleHost} write short posts, and anyone on Mastodon, Threads or another server of the kind can follow them, answer them and be followed back.</p>
${
  ready
    ? html`<p class="soft">${doors[registration]} To follow somebody here, search for their address, <span class="handle">@name@${handleHost}</span>, on the server where you have yours.</p>
${open && html`<p><a class="button" href="/sign-up">${registration === 'open' ? 'Create an account' : 'Ask for an account'}</a></p>`}
<p><a href="/about">More about this server</a></p>`
    : html`<p class="note">This server has just been started and has no owner yet. The one-time link that makes the owner’s account is printed where it was started.</p>`
}
</section>`
}

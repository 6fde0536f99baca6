import type { Request, Response } from 'express'
import type { PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { hashtagFrom } from '../../text/tokens.ts'
import { listTagged } from '../../views/posts.ts'
import { html } from './html.ts'
import { type PageContext, sendPage, viewerOf } from './page-context.ts'
import { readBefore } from './paging.ts'
import { postList } from './post-parts.ts'

const PAGE = 20

/** `/tags/<name>`: the public posts with a hashtag, from here and from elsewhere. */
export async function tagPage(ctx: PageContext, req: Request, res: Response, name: string): Promise<void> {
  const { db, clock, config, uris } = ctx
  const tag = hashtagFrom(name) ?? refuse('not-found')
  const before = readBefore<PostId>(req)
  const posts = await listTagged(db, tag.name, {
    limit: PAGE,
    viewer: viewerOf(req),
    ...(before !== undefined && { maxId: before }),
  })
  const path = `/tags/${encodeURIComponent(tag.name)}`
  sendPage(ctx, req, res, {
    head: {
      title: `#${tag.displayName} · ${config.handleHost}`,
      description: `Public posts with the hashtag #${tag.displayName}, as ${config.handleHost} knows them.`,
      canonical: uris.tag(tag.name),
      // It shows people who have not asked to be found.
      hidden: true,
    },
    body: html`<div class="sheet">
<header class="heading"><h1 dir="auto">#${tag.displayName}</h1><p class="soft">Public posts that this server knows of</p></header>
${postList(posts, { handleHost: config.handleHost, now: clock.now(), languages: req.acceptsLanguages() }, { path, before, empty: 'There are no public posts with this hashtag yet.' })}
</div>`,
  })
}

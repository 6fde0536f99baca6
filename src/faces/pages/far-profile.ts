import type { Request, Response } from 'express'
import { handleFrom } from '../../base/handles.ts'
import type { PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { findAccountByHandle } from '../../domain/accounts/find.ts'
import { findBlock } from '../../domain/blocks/find.ts'
import { wantProfile } from '../../domain/crawls/want.ts'
import { viewAccount } from '../../views/accounts.ts'
import { listPinned } from '../../views/featured.ts'
import { listOutbox } from '../../views/posts.ts'
import { requireSession } from '../http/sessions.ts'
import { handleOf, titleOf } from './account-parts.ts'
import { type Html, html, linkTo } from './html.ts'
import { type PageContext, sendPage, viewerOf } from './page-context.ts'
import { readBefore } from './paging.ts'
import { postList } from './post-parts.ts'
import { profileHeader } from './profile-head.ts'
import { pinnedPosts, withoutPinned } from './profile-parts.ts'

const PAGE = 20

/**
 * `/@name@host`: somebody from elsewhere, for people from here: what is known of what they said to everyone. Looking at
 * it lets their server be asked for more; the end of what is known, for what came before.
 */
export async function farProfilePage(
  ctx: PageContext,
  req: Request,
  res: Response,
  name: string,
): Promise<void> {
  const { db, clock, config } = ctx
  const viewerId = requireSession(req).account.id
  const viewer = viewerOf(req)
  const handle = handleFrom(name)
  const found = handle?.host ? await findAccountByHandle(db, handle) : undefined
  const account = found && !found.local ? await viewAccount(db, found.id) : undefined
  if (!account) return refuse('account.not-found')
  if (account.suspended) refuse('account.suspended')
  if (await findBlock(db, account.id, viewerId)) refuse('account.not-found')
  const before = readBefore<PostId>(req)
  const pinned = before === undefined ? await listPinned(db, account.id, viewer) : []
  const posts = await listOutbox(db, account.id, {
    limit: PAGE,
    viewer,
    ...(before !== undefined && { maxId: before }),
  })
  const older = posts.next === undefined && posts.items.length > 0 && before !== undefined
  const wanted = await wantProfile(ctx, account.id, { older })
  const asking = wanted === 'begun' || wanted === 'under-way'
  const setting = {
    handleHost: config.handleHost,
    now: clock.now(),
    inside: true,
    languages: req.acceptsLanguages(),
  }
  const empty = asking ? 'Nothing is known here yet.' : 'Nothing of what they said is known here.'
  sendPage(ctx, req, res, {
    head: {
      title: `${titleOf(account)} (${handleOf(account, config.handleHost)})`,
      description: '',
      hidden: true,
    },
    body: html`<div class="sheet">
${profileHeader(account, config.handleHost)}
${originLine(account.url, account.host ?? '', asking)}
${pinnedPosts(pinned, setting)}
<h2 class="unseen">Posts</h2>
${postList(withoutPinned(posts, pinned), setting, { path: `/@${name}`, before, empty })}
</div>`,
  })
}

function originLine(url: string, host: string, asking: boolean): Html {
  const link = linkTo(url)
  return html`<p class="soft">${asking && `${host} is being asked for more. `}${
    link !== undefined &&
    html`<a href="${link}" rel="nofollow noopener noreferrer">The whole profile is at ${host}</a>`
  }</p>`
}

import type { Request, Response } from 'express'
import type { PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { findBlock } from '../../domain/blocks/find.ts'
import { plainTextFrom } from '../../text/plain.ts'
import { viewAccountByName } from '../../views/accounts.ts'
import { listFeaturedTags, listPinned } from '../../views/featured.ts'
import { listOutbox } from '../../views/posts.ts'
import type { AccountView, Viewer } from '../../views/view.ts'
import { handleOf, titleOf } from './account-parts.ts'
import { elsewherePart } from './elsewhere.ts'
import { farProfilePage } from './far-profile.ts'
import { html } from './html.ts'
import { type PageContext, sendPage, viewerOf } from './page-context.ts'
import { readBefore } from './paging.ts'
import { excerpt, postList } from './post-parts.ts'
import { profileHeader } from './profile-head.ts'
import { featuredTags, pinnedPosts, withoutPinned } from './profile-parts.ts'

const PAGE = 20

/** `/@name`: a person of ours and what they say to everyone. */
export async function profilePage(
  ctx: PageContext,
  req: Request,
  res: Response,
  name: string,
): Promise<void> {
  const { db, clock, config, uris } = ctx
  if (name.includes('@')) return farProfilePage(ctx, req, res, name)
  const viewer = viewerOf(req)
  const account = await requirePerson(ctx, name, viewer)
  if (account.name !== name) {
    res.redirect(301, `/@${account.name}`)
    return
  }
  const before = readBefore<PostId>(req)
  const posts = await listOutbox(db, account.id, {
    limit: PAGE,
    viewer,
    ...(before !== undefined && { maxId: before }),
  })
  const pinned = before === undefined ? await listPinned(db, account.id, viewer) : []
  const tags = await listFeaturedTags(db, account.id)
  const setting = { handleHost: config.handleHost, now: clock.now(), languages: req.acceptsLanguages() }
  const path = `/@${account.name}`
  const empty = `${titleOf(account)} has not said anything in public yet.`
  sendPage(ctx, req, res, {
    head: {
      title: `${titleOf(account)} (${handleOf(account, config.handleHost)})`,
      description: describe(account, config.handleHost),
      canonical: uris.profile(account.name),
      alternate: uris.actor(account.id),
      creator: `${account.name}@${config.handleHost}`,
      kind: 'profile',
      hidden: !account.indexable || before !== undefined,
    },
    body: html`<div class="sheet">
${profileHeader(account, config.handleHost)}
${elsewherePart(req, account.uri, 'account')}
${featuredTags(tags)}
${pinnedPosts(pinned, setting)}
<h2 class="unseen">Posts</h2>
${postList(withoutPinned(posts, pinned), setting, { path, before, empty })}
</div>`,
  })
}

/** Somebody of ours by name, in any case; refuses who is not there, is gone, is suspended, or blocks whoever looks. */
async function requirePerson({ db }: PageContext, name: string, viewer: Viewer): Promise<AccountView> {
  const account = await viewAccountByName(db, name)
  if (!account) return refuse('account.not-found')
  if (account.deleted) refuse('account.gone')
  if (account.suspended) refuse('account.suspended')
  if (viewer && (await findBlock(db, account.id, viewer.accountId))) refuse('account.not-found')
  return account
}

function describe(account: AccountView, handleHost: string): string {
  const { posts, followers } = account.counts
  const bio = excerpt(plainTextFrom(account.bioHtml), 200)
  const counts = `${posts} ${posts === 1 ? 'post' : 'posts'}, ${followers} ${followers === 1 ? 'follower' : 'followers'}`
  return bio === '' ? `${handleOf(account, handleHost)} · ${counts}` : `${bio} · ${counts}`
}

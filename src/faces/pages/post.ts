import type { Request, Response } from 'express'
import { type PostId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { wantThread } from '../../domain/crawls/want.ts'
import { refreshPolls } from '../../domain/polls/close.ts'
import { findTombstone } from '../../domain/posts/find.ts'
import { plainTextFrom } from '../../text/plain.ts'
import { viewReactions } from '../../views/reactions.ts'
import { type Thread, viewThread } from '../../views/threads.ts'
import type { PostView } from '../../views/view.ts'
import { titleOf } from './account-parts.ts'
import { elsewherePart } from './elsewhere.ts'
import { type Html, html, linkTo } from './html.ts'
import type { Head } from './layout.ts'
import { type PageContext, sendPage, viewerOf } from './page-context.ts'
import { excerpt, postArticle, postLink } from './post-parts.ts'

/**
 * `/@name/<id>`: a post of ours between what it answers and what answers it, as far as the reader may see. One that
 * they may not see is refused like one that was never there; one that was deleted is gone.
 */
export async function postPage(
  ctx: PageContext,
  req: Request,
  res: Response,
  name: string,
  idText: string,
): Promise<void> {
  const { db, clock, config, uris } = ctx
  const id = readId<PostId>(idText) ?? refuse('post.not-found')
  const viewer = viewerOf(req)
  const thread = await viewThread(db, id, viewer)
  if (!thread) {
    const tombstone = await findTombstone(db, uris.post(id))
    return refuse(tombstone && !tombstone.hidden ? 'post.gone' : 'post.not-found')
  }
  const { post, ancestors, replies } = thread
  if (post.boostOf?.local) {
    res.redirect(302, postLink(post.boostOf))
    return
  }
  // What was said elsewhere is read there by everybody but people from here.
  if (!post.local && !viewer) refuse('post.not-found')
  const named = post.author.host === null ? post.author.name : `${post.author.name}@${post.author.host}`
  if (named.toLowerCase() !== name.toLowerCase()) refuse('post.not-found')
  if (named !== name) {
    res.redirect(301, `/@${named}/${post.id}`)
    return
  }
  // A stranger's visit makes us ask nobody; that of somebody from here, all who may know more.
  const wanted = viewer && (await wantThread(ctx, id, viewer))
  if (viewer) await refreshPolls(ctx, pollsElsewhere([post, ...ancestors, ...replies]))
  const setting = {
    handleHost: config.handleHost,
    now: clock.now(),
    inside: viewer !== undefined,
    languages: req.acceptsLanguages(),
  }
  const above = ancestors.map((each, index) =>
    postArticle(each, setting, { place: 'above', showParent: index === 0 }),
  )
  const depths = depthsOf(post, replies)
  const emoji = (await viewReactions(db, [post.id], viewer)).get(post.id) ?? []
  const below = replies.map((each) =>
    postArticle(each, setting, { place: 'below', depth: depths.get(each.id) ?? 1, showParent: false }),
  )
  sendPage(ctx, req, res, {
    head: headOf(ctx, post),
    body: html`<div class="sheet thread">
<h1 class="unseen">Post by ${titleOf(post.author)}</h1>
${above}
${postArticle(post, setting, { place: 'focus', showParent: ancestors.length === 0, emoji })}
${(post.visibility === 'public' || post.visibility === 'unlisted') && elsewherePart(req, post.uri, 'post')}
${below.length > 0 && html`<section aria-labelledby="replies"><h2 class="heading" id="replies">Replies</h2>${below}</section>`}
${moreLine(thread, wanted === 'begun' || wanted === 'under-way')}
</div>`,
  })
}

/** What is not here yet, and where it is. */
function moreLine({ post, moreAtOrigin }: Thread, asking: boolean): Html | false {
  const link = post.local ? undefined : linkTo(post.url)
  const host = post.author.host ?? ''
  return (
    (moreAtOrigin > 0 || asking) &&
    html`<p class="soft">${asking && 'Other servers are being asked for more replies. '}${
      moreAtOrigin > 0 &&
      link !== undefined &&
      html`<a href="${link}" rel="nofollow noopener noreferrer">${moreAtOrigin} more at ${host}</a>`
    }</p>`
  )
}

function headOf({ config, uris }: PageContext, post: PostView): Head {
  const { author } = post
  if (author.host !== null) return { title: `${titleOf(author)}: a post`, description: '', hidden: true }
  const text = plainTextFrom(post.contentHtml)
  const warned = post.summary !== '' || post.sensitive
  const shown = warned ? post.summary || 'Sensitive content' : text
  return {
    title: `${titleOf(author)}: ${excerpt(shown, 70) || 'a post'}`,
    description: excerpt(shown, 280),
    canonical: uris.postPage(author.name, post.id),
    alternate: post.uri,
    creator: `${author.name}@${config.handleHost}`,
    kind: 'article',
    publishedAt: post.publishedAt,
    hidden: !author.indexable || post.visibility !== 'public',
  }
}

/** Polls of others that are still open as far as we know. */
function pollsElsewhere(posts: readonly PostView[]): PostId[] {
  return posts.filter(({ poll, local }) => poll && !local && poll.closedAt === null).map(({ id }) => id)
}

/** How many answers deep each reply stands; they come in reading order, parents first. */
function depthsOf(post: PostView, replies: readonly PostView[]): Map<string, number> {
  const depths = new Map<string, number>([[post.id, 0]])
  for (const reply of replies) {
    const parent = reply.inReplyTo?.id
    depths.set(reply.id, (parent ? (depths.get(parent) ?? 0) : 0) + 1)
  }
  return depths
}

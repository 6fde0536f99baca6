import type { Request, Response } from 'express'
import { type PostId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { findTombstone } from '../../domain/posts/find.ts'
import { plainTextFrom } from '../../text/plain.ts'
import { viewThread } from '../../views/posts.ts'
import type { PostView } from '../../views/view.ts'
import { titleOf } from './account-parts.ts'
import { html } from './html.ts'
import type { Head } from './layout.ts'
import { type PageContext, sendPage, viewerOf } from './page-context.ts'
import { excerpt, postArticle } from './post-parts.ts'

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
  const thread = await viewThread(db, id, viewerOf(req))
  if (!thread) return refuse((await findTombstone(db, uris.post(id))) ? 'post.gone' : 'post.not-found')
  const { post, ancestors, replies } = thread
  if (!post.local || post.author.name.toLowerCase() !== name.toLowerCase()) refuse('post.not-found')
  if (post.author.name !== name) {
    res.redirect(301, `/@${post.author.name}/${post.id}`)
    return
  }
  const setting = { handleHost: config.handleHost, now: clock.now() }
  const above = ancestors.map((each, index) =>
    postArticle(each, setting, { place: 'above', showParent: index === 0 }),
  )
  const depths = depthsOf(post, replies)
  const below = replies.map((each) =>
    postArticle(each, setting, { place: 'below', depth: depths.get(each.id) ?? 1, showParent: false }),
  )
  sendPage(ctx, req, res, {
    head: headOf(ctx, post),
    body: html`<div class="sheet thread">
<h1 class="unseen">Post by ${titleOf(post.author)}</h1>
${above}
${postArticle(post, setting, { place: 'focus', showParent: ancestors.length === 0 })}
${below.length > 0 && html`<section aria-labelledby="replies"><h2 class="heading" id="replies">Replies</h2>${below}</section>`}
</div>`,
  })
}

function headOf({ config, uris }: PageContext, post: PostView): Head {
  const { author } = post
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

/** How many answers deep each reply stands; they come in reading order, parents first. */
function depthsOf(post: PostView, replies: readonly PostView[]): Map<string, number> {
  const depths = new Map<string, number>([[post.id, 0]])
  for (const reply of replies) {
    const parent = reply.inReplyTo?.id
    depths.set(reply.id, (parent ? (depths.get(parent) ?? 0) : 0) + 1)
  }
  return depths
}

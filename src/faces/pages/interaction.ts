import type { Request, Response } from 'express'
import { z } from 'zod'
import type { PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { visibilities } from '../../base/visibility.ts'
import { findAccount } from '../../domain/accounts/find.ts'
import { whereNow } from '../../domain/accounts/whereabouts.ts'
import { undoFollow } from '../../domain/follows/answer.ts'
import { requestFollow } from '../../domain/follows/request.ts'
import { publishPost } from '../../domain/posts/publish.ts'
import { boostPost } from '../../domain/reactions/boost.ts'
import { likePost } from '../../domain/reactions/like.ts'
import { unboostPost, unlikePost } from '../../domain/reactions/undo.ts'
import type { Answer } from '../http/errors.ts'
import { queryValue, readForm } from '../http/params.ts'
import { requireSession, sessionOf } from '../http/sessions.ts'
import { answerForForm } from './form-parts.ts'
import { html } from './html.ts'
import { composePart, foundPart, isFor, nothingPart, wayBack } from './interaction-parts.ts'
import type { Found } from './outside.ts'
import { type PageContext, sendPage } from './page-context.ts'

export const INTERACTION = '/authorize_interaction'

/** What somebody who came from another site can do, and what is said when it is done. */
const acts = {
  follow: 'You have asked to follow them. Where followers need no approval, you follow them now.',
  unfollow: 'You do not follow them any more.',
  like: 'You like this post.',
  unlike: 'You do not like this post any more.',
  boost: 'You have boosted this post.',
  unboost: 'Your boost is taken back.',
  post: 'This is what you said.',
} as const
type Act = keyof typeof acts

export interface Wish {
  /** the account or post that it is about; none for new words */
  readonly uri: string | undefined
  /** of FEP-3b86, in lower case: `follow`, `like`, `announce`, `create`, `object`, `undo` */
  readonly intent: string | undefined
  readonly content: string
  readonly onSuccess: string | undefined
  readonly onCancel: string | undefined
}

interface State {
  readonly wrong?: Answer
  readonly text?: string
}

/**
 * `/authorize_interaction?uri=…`: somebody comes from a page on another server and wants to follow, like, boost or answer
 * what they saw there (FEP-3b86, and the older OStatus way). Changes nothing by itself, however it is opened.
 */
export async function interactionPage(
  ctx: PageContext,
  req: Request,
  res: Response,
  wish: Wish = wishFrom(req),
  state: State = {},
): Promise<void> {
  if (!sessionOf(req)) {
    res.redirect(303, `/sign-in?to=${encodeURIComponent(req.originalUrl)}`)
    return
  }
  const { account: viewer } = requireSession(req)
  const done = doneFrom(req)
  const place = { ctx, req, res, viewer, wish, ...state }
  const body = wish.uri === undefined ? composePart(place) : await partFor(place, await find(ctx, wish.uri))
  sendPage(ctx, req, res, {
    personal: true,
    head: { title: `From another server · ${ctx.config.handleHost}`, hidden: true },
    body: html`<section class="sheet interaction">
<h1 class="unseen">From another server</h1>
${done !== undefined && html`<p class="note" role="status">${acts[done]}</p>`}
${body}
${wayBack(done === undefined ? wish.onCancel : wish.onSuccess, done !== undefined)}
</section>`,
  })
}

async function partFor(place: Parameters<typeof foundPart>[0], found: Found | 'unreachable' | undefined) {
  if (found === undefined || found === 'unreachable') return nothingPart(found === 'unreachable')
  return (await foundPart(place, found)) ?? nothingPart(false)
}

async function find({ outside, log }: PageContext, uri: string): Promise<Found | 'unreachable' | undefined> {
  try {
    return await outside.find(uri)
  } catch (error) {
    log.debug('{uri} could not be looked up: {error}', { uri, error })
    return 'unreachable'
  }
}

const form = z.object({
  act: z.enum(Object.keys(acts) as [Act, ...Act[]]),
  uri: z.string().max(2048).optional(),
  text: z.string().max(20_000).optional(),
  visibility: z.enum(visibilities).optional(),
  success: z.string().max(2048).optional(),
})
type Filled = z.output<typeof form>

/** Does what was chosen on that page, as the person who is signed in. */
export async function interactByForm(ctx: PageContext, req: Request, res: Response): Promise<void> {
  requireSession(req)
  const filled = readForm(req, form)
  const wish = {
    uri: filled.uri || undefined,
    intent: undefined,
    content: '',
    onSuccess: addressFrom(filled.success),
    onCancel: undefined,
  }
  let uri: string
  try {
    uri = await perform(ctx, req, filled)
  } catch (error) {
    const wrong = answerForForm(error, [
      'post.empty',
      'post.too-long',
      'post.parent-not-found',
      'boost.private',
      'follow.self',
      'follow.blocked',
    ])
    await interactionPage(ctx, req, res.status(wrong.status), wish, { wrong, text: filled.text ?? '' })
    return
  }
  const query = new URLSearchParams({ uri, done: filled.act })
  if (wish.onSuccess !== undefined) query.set('on-success', wish.onSuccess)
  res.redirect(303, `${INTERACTION}?${query}`)
}

/** @returns the id of what the page is to show afterwards */
async function perform(ctx: PageContext, req: Request, filled: Filled): Promise<string> {
  const { account } = requireSession(req)
  const { act, uri, text = '', visibility = 'public' } = filled
  const found = uri ? await ctx.outside.find(uri) : undefined
  if (uri && !(found && (await isFor(ctx, account, found)))) refuse('not-found')
  if (act === 'post') {
    const replyTo = found?.kind === 'post' ? { replyTo: found.postId } : {}
    return ctx.uris.post(await publishPost(ctx, account, { text, visibility, ...replyTo }))
  }
  if (act === 'follow' || act === 'unfollow') {
    const followed = found?.kind === 'account' ? await findAccount(ctx.db, found.account.id) : undefined
    if (!followed) return refuse('account.not-found')
    // Whoever has moved is followed where they are now.
    if (act === 'follow') await requestFollow(ctx, account, await whereNow(ctx, followed))
    else await undoFollow(ctx, { followerId: account.id, followedId: followed.id })
    return followed.uri
  }
  if (found?.kind !== 'post' || !uri) return refuse('post.not-found')
  await reactions[act](ctx, account, found.postId)
  return uri
}

const reactions = {
  like: likePost,
  unlike: unlikePost,
  boost: boostPost,
  unboost: unboostPost,
} satisfies Record<
  Exclude<Act, 'post' | 'follow' | 'unfollow'>,
  (ctx: PageContext, account: ReturnType<typeof requireSession>['account'], id: PostId) => Promise<PostId>
>

function wishFrom(req: Request): Wish {
  const value = (name: string) => queryValue(req, name)?.trim() || undefined
  return {
    uri: (value('uri') ?? value('acct'))?.slice(0, 2048),
    intent: value('intent')?.toLowerCase(),
    content: [value('content'), value('attachment')].filter((part) => part !== undefined).join('\n'),
    onSuccess: addressFrom(value('on-success')),
    onCancel: addressFrom(value('on-cancel')),
  }
}

function doneFrom(req: Request): Act | undefined {
  const done = queryValue(req, 'done')
  return done !== undefined && Object.hasOwn(acts, done) ? (done as Act) : undefined
}

/** Where to go afterwards: a link that says where it leads, never a redirect; `(close)` stands for a window of its own. */
function addressFrom(text: string | undefined): string | undefined {
  if (text === '(close)') return text
  return text !== undefined &&
    /^https?:\/\//i.test(text) &&
    URL.canParse(text) &&
    new URL(text).username === ''
    ? text
    : undefined
}

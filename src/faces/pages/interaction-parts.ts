import type { Request, Response } from 'express'
import { handleForPeople } from '../../base/handles.ts'
import type { AccountId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { Db } from '../../db/connect.ts'
import type { LocalAccount } from '../../domain/accounts/account.ts'
import { findBlock } from '../../domain/blocks/find.ts'
import { findFollow } from '../../domain/follows/find.ts'
import { findBoost } from '../../domain/posts/boost-find.ts'
import { findReaction } from '../../domain/reactions/find.ts'
import { viewAccount } from '../../views/accounts.ts'
import { viewPost } from '../../views/posts.ts'
import type { AccountView, PostView } from '../../views/view.ts'
import type { Answer } from '../http/errors.ts'
import { avatar, handleOf, outward, profileLink, titleOf } from './account-parts.ts'
import { formError, formGuard } from './form-parts.ts'
import { type Html, html, raw } from './html.ts'
import type { Found } from './outside.ts'
import type { PageContext } from './page-context.ts'
import { postArticle } from './post-parts.ts'

/** Where and for whom a part of the page is made. */
export interface Place {
  readonly ctx: PageContext
  readonly req: Request
  readonly res: Response
  readonly viewer: LocalAccount
  readonly wish: {
    readonly uri: string | undefined
    readonly intent: string | undefined
    readonly content: string
    readonly onSuccess: string | undefined
  }
  readonly wrong?: Answer
  readonly text?: string
}

/** Whether somebody may meet it at all; if not, it is like what was never there. */
export async function isFor({ db }: PageContext, viewer: LocalAccount, found: Found): Promise<boolean> {
  const shown =
    found.kind === 'account'
      ? await personFor(db, viewer, found.account.id)
      : await viewPost(db, found.postId, { accountId: viewer.id })
  return shown !== undefined
}

/** The account or post with everything that can be done; undefined when it is not for this reader. */
export async function foundPart(place: Place, found: Found): Promise<Html | undefined> {
  const { db } = place.ctx
  if (found.kind === 'account') {
    const account = await personFor(db, place.viewer, found.account.id)
    return account && accountPart(place, account)
  }
  const post = await viewPost(db, found.postId, { accountId: place.viewer.id })
  return post && postPart(place, post)
}

/** Nobody who is gone, is suspended, or blocks whoever looks: as on profiles. */
async function personFor(db: Db, viewer: LocalAccount, id: AccountId): Promise<AccountView | undefined> {
  const account = await viewAccount(db, id)
  if (!account || account.deleted || account.suspended) return undefined
  return (await findBlock(db, id, viewer.id)) ? undefined : account
}

async function accountPart(place: Place, account: AccountView): Promise<Html> {
  const { ctx, viewer } = place
  const link = profileLink(account)
  const follow = await findFollow(ctx.db, viewer.id, account.id)
  const mine = account.id === viewer.id
  return html`<header class="profile">
<div class="who"><div>
<h2 dir="auto">${link === undefined ? titleOf(account) : html`<a href="${link}"${outward(account)}>${titleOf(account)}</a>`}</h2>
<p class="handle"><bdi>${handleOf(account, ctx.config.handleHost)}</bdi></p>
</div>${avatar(account, 'large')}</div>
${account.bioHtml !== '' && html`<div class="prose" dir="auto">${raw(account.bioHtml)}</div>`}
</header>
<div class="padded">${formError(place.wrong)}
${
  mine
    ? html`<p class="soft">This is you.</p>`
    : html`<div class="actions">${
        follow
          ? button(
              place,
              account.uri,
              'unfollow',
              follow.state === 'accepted' ? 'Unfollow' : 'Take back the request',
            )
          : button(place, account.uri, 'follow', 'Follow')
      }</div>`
}</div>`
}

async function postPart(place: Place, post: PostView): Promise<Html> {
  const { ctx, viewer } = place
  const setting = { handleHost: ctx.config.handleHost, now: ctx.clock.now() }
  const pair = { accountId: viewer.id, postId: post.id }
  const [like, boost] = [await findReaction(ctx.db, pair, null), await findBoost(ctx.db, viewer.id, post.id)]
  const spread = post.visibility === 'public' || post.visibility === 'unlisted'
  return html`${postArticle(post, setting, { place: 'focus' })}
<div class="padded">${formError(place.wrong)}
<div class="actions">
${like ? button(place, post.uri, 'unlike', 'Take your like back') : button(place, post.uri, 'like', 'Like')}
${spread && (boost ? button(place, post.uri, 'unboost', 'Take your boost back') : button(place, post.uri, 'boost', 'Boost'))}
</div>
${wordsForm(place, {
  uri: post.uri,
  label: `Reply to ${titleOf(post.author)}`,
  text: place.text ?? (place.wish.content || greetingFor(place, post)),
  visibility: post.visibility,
  send: 'Reply',
})}
</div>`
}

/** New words, begun by the page that somebody came from. */
export function composePart(place: Place): Html {
  return html`<div class="padded">${formError(place.wrong)}
${wordsForm(place, { uri: '', label: 'Say something', text: place.text ?? place.wish.content, visibility: 'public', send: 'Post' })}</div>`
}

export function nothingPart(unreachable: boolean): Html {
  return html`<p class="empty">${
    unreachable
      ? 'The server of that address does not answer at the moment. Please try again later.'
      : 'Nothing is found at that address, or it is not for you.'
  }</p>`
}

/** The way back to the site that somebody came from, which is said in full: nobody is sent on unasked. */
export function wayBack(to: string | undefined, done: boolean): Html | false {
  if (to === undefined) return false
  if (to === '(close)')
    return html`<p class="more">${done ? 'You can close this window now.' : 'To go back, close this window.'}</p>`
  const words = done ? 'Go back to' : 'Cancel, and go back to'
  return html`<p class="more">${words} <a href="${to}" rel="nofollow noopener noreferrer">${to}</a></p>`
}

function button(place: Place, uri: string, act: string, label: string): Html {
  return html`<form method="post" action="/authorize_interaction">${hidden(place, uri, act)}<button class="button" type="submit">${label}</button></form>`
}

interface Words {
  readonly uri: string
  readonly label: string
  readonly text: string
  readonly visibility: Visibility
  readonly send: string
}

/** A reply is for no more people than what it answers. */
function wordsForm(place: Place, words: Words): Html {
  return html`<form method="post" action="/authorize_interaction">${hidden(place, words.uri, 'post')}
<input type="hidden" name="visibility" value="${words.visibility}">
<div class="field"><label for="text">${words.label}</label>
<textarea id="text" name="text" rows="5" maxlength="20000" dir="auto" required>${words.text}</textarea></div>
<button class="button" type="submit">${words.send}</button>
</form>`
}

function hidden({ ctx, req, res, wish }: Place, uri: string, act: string): Html {
  return html`${formGuard(ctx, req, res)}<input type="hidden" name="act" value="${act}"><input type="hidden" name="uri" value="${uri}">${
    wish.onSuccess !== undefined && html`<input type="hidden" name="success" value="${wish.onSuccess}">`
  }`
}

function greetingFor({ ctx, viewer }: Place, { author }: PostView): string {
  return author.id === viewer.id ? '' : `@${handleForPeople(author, ctx.config.handleHost)} `
}

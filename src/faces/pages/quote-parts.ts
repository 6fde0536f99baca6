import { presetOf } from '../../domain/policies/policy.ts'
import { plainTextFrom } from '../../text/plain.ts'
import type { PostView, QuoteView } from '../../views/view.ts'
import { attachmentList, textWithEmojis, withEmojis } from './held-parts.ts'
import { type Html, html, linkTo } from './html.ts'

/** Which way a post is reached and its author shown: handed in, for a quoted post is shown as others are. */
export interface QuoteSetting {
  readonly link: (post: PostView) => string
  readonly name: (post: PostView) => string
  readonly handle: (author: PostView['author']) => string
}

const WORDS: Readonly<Record<Exclude<QuoteView['state'], 'accepted'>, string>> = {
  pending: 'Quotes a post whose author has not agreed yet',
  rejected: 'Quotes a post whose author does not agree',
  revoked: 'Quoted a post whose author has taken it back',
  unstated: 'Refers to a post',
  gone: 'Quoted a post that is gone',
}

/**
 * The quoted post as a card where its author stands for the quote and the reader may see it; a link and how it stands
 * otherwise. Never a word of it without leave.
 */
export function quoteCard({ quote }: PostView, setting: QuoteSetting): Html | false {
  if (quote === null) return false
  if (quote.post !== null) return card(quote.post, setting)
  if (quote.state === 'accepted')
    return html`<p class="quoted bare">Quotes a post that is not for everybody</p>`
  const words = WORDS[quote.state]
  const link = quote.state === 'gone' ? undefined : linkTo(quote.url)
  const by =
    quote.author !== null &&
    html` by <bdi>@${quote.author.name}${quote.author.host && `@${quote.author.host}`}</bdi>`
  return html`<p class="quoted bare">${link === undefined ? words : html`<a href="${link}" rel="nofollow noreferrer">${words}</a>`}${by}</p>`
}

const LONGEST = 600

function card(post: PostView, setting: QuoteSetting): Html {
  const warned = post.summary !== '' || post.sensitive
  const text = plainTextFrom(post.contentHtml)
  const short = text.length <= LONGEST
  const words = warned
    ? html`<p>${post.summary || 'Sensitive content'}</p>`
    : html`${post.title !== null && html`<p class="title">${textWithEmojis(post.title, post.emojis)}</p>`}${
        short
          ? html`<div class="prose">${withEmojis(post.contentHtml, post.emojis)}</div>`
          : html`<p>${textWithEmojis(text.slice(0, LONGEST), post.emojis)}…</p>`
      }${attachmentList(post.attachments)}`
  return html`<blockquote class="quoted u-quotation-of h-cite" cite="${linkTo(post.uri) ?? ''}"><p class="by"><a class="u-url" href="${setting.link(post)}"><bdi class="p-author name">${setting.name(post)}</bdi></a> <span class="handle"><bdi>${setting.handle(post.author)}</bdi></span></p>${words}</blockquote>`
}

const REPLIERS = {
  followers: 'Followers of the author can reply',
  following: 'People whom the author follows can reply',
  mentioned: 'People mentioned here can reply',
  nobody: 'Only the author can reply',
  some: 'Replies wait for the author to approve them',
} as const

/** Who can reply, where that is not everybody. */
export function repliersLine(post: PostView): Html | false {
  const reply = post.policy?.reply
  const named = (end: RegExp) => reply?.automatic.find((uri) => end.test(uri)) ?? null
  const collections = { followersUrl: named(/\/followers\/?$/), followingUrl: named(/\/following\/?$/) }
  const preset = presetOf(reply, { uri: post.author.uri, ...collections })
  if (preset === 'everyone') return post.held ? waiting : false
  const others = reply && reply.manual.length > 0 && preset !== 'some' ? '; others may ask' : ''
  return html`${post.held && waiting}<p class="repliers">${REPLIERS[preset]}${others}</p>`
}

const waiting = html`<p class="repliers">Waits for approval: only the two of you can see it</p>`

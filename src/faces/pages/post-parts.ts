import { type ShownCount, shownCounts } from '../../views/counts.ts'
import type { ReactionGroup } from '../../views/reactions.ts'
import type { Page, PostView } from '../../views/view.ts'
import { avatar, handleOf, outward, profileLink, short, titleOf } from './account-parts.ts'
import { cardPart } from './card-parts.ts'
import { nameOf } from './held-parts.ts'
import { type Html, html, linkTo } from './html.ts'
import { icons } from './icons.ts'
import { quoteCard, repliersLine } from './quote-parts.ts'
import { boostLine, emojiLine } from './reaction-parts.ts'
import { ago, fullTime, timeTag } from './times.ts'
import { wordsOf } from './word-parts.ts'

export interface PostSetting {
  readonly handleHost: string
  readonly now: Date
  /** somebody from here is reading, who may read posts from elsewhere here, with their threads */
  readonly inside?: boolean
  /** what the reader reads, the dearest first */
  readonly languages?: readonly string[]
}

export interface PostPlace {
  /** `above` leads to the post of the page, `focus` is it, `below` answers it; `list` stands among others */
  readonly place: 'list' | 'above' | 'focus' | 'below'
  /** how many answers deep below the post of the page, from 1 */
  readonly depth?: number
  /** false where the post that it answers stands right above */
  readonly showParent?: boolean
  /** the emoji put to it, where they are shown */
  readonly emoji?: readonly ReactionGroup[]
}

const DEEPEST = 4

/** One post, as h-entry; of a boost what it shows again, below who does. */
export function postArticle(post: PostView, setting: PostSetting, at: PostPlace): Html {
  if (post.boostOf) {
    return html`<div class="boost">${boostLine(post)}${postArticle(post.boostOf, setting, at)}</div>`
  }
  const depth = at.place === 'below' ? ` depth-${Math.min(at.depth ?? 1, DEEPEST)}` : ''
  return html`<article class="post ${at.place}${depth} h-entry" id="post-${post.id}">
${avatar(post.author)}
<div class="said">
${byline(post, setting, at)}
${at.showParent !== false && parentLine(post)}
${wordsOf(post, { ...setting, link: setting.inside ? threadLink(post) : postLink(post), whole: at.place === 'focus' })}
${quoteCard(post, { link: setting.inside ? threadLink : postLink, name: ({ author }) => titleOf(author), handle: (author) => handleOf(author, setting.handleHost) })}
${post.summary === '' && !post.sensitive && cardPart(post.card, setting.handleHost)}
${at.place === 'focus' ? dateLine(post) : false}
${at.place === 'focus' || post.held ? repliersLine(post) : false}
${at.emoji && emojiLine(at.emoji)}
${countsLine(post)}
</div>
</article>`
}

function byline(post: PostView, setting: PostSetting, { place }: PostPlace): Html {
  const { handleHost, now } = setting
  const { author } = post
  const link = profileLink(author)
  // Here everybody is at home, so only those from elsewhere need their host.
  const handle = author.host === null ? `@${author.name}` : handleOf(author, handleHost)
  const when =
    place !== 'focus' &&
    html`<span class="when">${post.editedAt && 'edited · '}<a class="u-url" href="${setting.inside ? threadLink(post) : postLink(post)}"${!setting.inside && outward(author)}>${timeTag(post.publishedAt, ago(post.publishedAt, now), 'dt-published')}</a>${audience(post)}</span>`
  return html`<p class="by"><span><a class="p-author h-card name" href="${link ?? '#'}"${outward(author)}><bdi>${nameOf(author)}</bdi></a> <span class="handle"><bdi>${handle}</bdi></span></span>${when}</p>`
}

/** Where a post can be read by people: here if it is ours, at its home otherwise. */
export function postLink(post: PostView): string {
  return post.local ? `/@${post.author.name}/${post.id}` : (linkTo(post.url) ?? linkTo(post.uri) ?? '#')
}

/** Where somebody from here reads it, wherever it is from. */
function threadLink(post: PostView): string {
  const host = post.author.host === null ? '' : `@${post.author.host}`
  return `/@${post.author.name}${host}/${post.id}`
}

function audience(post: PostView): Html | false {
  if (post.visibility === 'followers')
    return html` <span title="For followers">${icons.lock}<span class="unseen">for followers</span></span>`
  if (post.visibility === 'direct')
    return html` <span title="For the people mentioned">${icons.at}<span class="unseen">for the people mentioned</span></span>`
  return false
}

function parentLine(post: PostView): Html | false {
  if (!post.inReplyTo) return false
  const { accountId, uri } = post.inReplyTo
  const to = post.mentions.find((mention) => mention.id === accountId)
  const whom =
    accountId === post.author.id ? 'an earlier post of theirs' : to ? html`<bdi>@${to.name}</bdi>` : 'a post'
  const link = linkTo(uri)
  return html`<p class="parent">Replying to ${link === undefined ? whom : html`<a class="u-in-reply-to" href="${link}" rel="nofollow noreferrer">${whom}</a>`}</p>`
}

function dateLine(post: PostView): Html {
  return html`<p class="date"><a class="u-url" href="${postLink(post)}">${timeTag(post.publishedAt, fullTime(post.publishedAt), 'dt-published')}</a>${
    post.editedAt && html` · edited ${timeTag(post.editedAt, fullTime(post.editedAt), 'dt-updated')}`
  }${audience(post)}</p>`
}

function countsLine(post: PostView): Html {
  const counts = shownCounts(post)
  const entry = (icon: Html, { count, theirs }: ShownCount, one: string, many: string) =>
    html`<li${theirs && html` title="${count} counted by ${post.author.host ?? ''}"`}>${icon}<span>${count > 0 && short(count)}</span><span class="unseen"> ${count === 0 ? `no ${many}` : count === 1 ? one : many}${theirs && ` counted by ${post.author.host}`}</span></li>`
  return html`<ul class="reactions">${entry(icons.reply, counts.replies, 'reply', 'replies')}${entry(icons.boost, counts.boosts, 'boost', 'boosts')}${entry(icons.like, counts.likes, 'like', 'likes')}</ul>`
}

/** A list of posts with the way on to older ones; `empty` is said where there are none. */
export function postList(
  posts: Page<PostView>,
  setting: PostSetting,
  links: { readonly path: string; readonly before: string | undefined; readonly empty: string },
): Html {
  const list =
    posts.items.length === 0
      ? html`<p class="empty">${links.before === undefined ? links.empty : 'There is nothing older.'}</p>`
      : html`<div class="h-feed">${posts.items.map((post) => postArticle(post, setting, { place: 'list' }))}</div>`
  if (posts.next === undefined && links.before === undefined) return list
  return html`${list}<nav class="pages" aria-label="More posts">${
    links.before === undefined ? html`<span></span>` : html`<a href="${links.path}">Newest</a>`
  }${posts.next !== undefined && html`<a rel="next" href="${links.path}?before=${posts.next}">Older posts</a>`}</nav>`
}

/** The first words of a post as plain text: for titles and previews, never for showing it. */
export function excerpt(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const characters = [...line]
  return characters.length <= length ? line : `${characters.slice(0, length - 1).join('')}…`
}

import type { AccountId } from '../../base/ids.ts'
import type { Uris } from '../../base/uris.ts'
import { escapeHtml } from '../../text/escape.ts'
import { shownCounts } from '../../views/counts.ts'
import type { FilterMatch } from '../../views/filters.ts'
import type { StatusView } from '../../views/statuses.ts'
import type { AccountMention, PostView } from '../../views/view.ts'
import { acctOf, authorFrom, type MastodonAccount } from './account.ts'
import { cardFrom, type MastodonCard } from './card.ts'
import { emojiFrom, type MastodonEmoji } from './emoji.ts'
import { type MastodonMedia, mediaFrom } from './media.ts'
import { type MastodonPoll, pollFrom } from './poll.ts'
import {
  type MastodonQuoteApproval,
  type QuoteStateWord,
  quoteApprovalFrom,
  quoteStateWord,
} from './quote.ts'
import { type MastodonPostTag, postTagFrom } from './tag.ts'
import { dateWord, type MastodonVisibility, visibilityWord } from './words.ts'

export interface MastodonStatus {
  readonly id: string
  readonly created_at: string
  readonly in_reply_to_id: string | null
  readonly in_reply_to_account_id: string | null
  readonly sensitive: boolean
  readonly spoiler_text: string
  readonly visibility: MastodonVisibility
  readonly language: string | null
  readonly uri: string
  readonly url: string
  readonly replies_count: number
  readonly reblogs_count: number
  readonly favourites_count: number
  readonly quotes_count: number
  readonly edited_at: string | null
  readonly content: string
  readonly reblog: MastodonStatus | null
  readonly application: { readonly name: string; readonly website: string | null } | null
  readonly account: MastodonAccount
  readonly media_attachments: readonly MastodonMedia[]
  readonly mentions: readonly MastodonMention[]
  readonly tags: readonly MastodonPostTag[]
  readonly emojis: readonly MastodonEmoji[]
  readonly card: MastodonCard | null
  readonly poll: MastodonPoll | null
  readonly quote: MastodonQuote | null
  readonly quote_approval: MastodonQuoteApproval
  readonly favourited?: boolean
  readonly reblogged?: boolean
  readonly muted?: boolean
  readonly bookmarked?: boolean
  readonly pinned?: boolean
  readonly filtered?: readonly MastodonFilterResult[]
}

export interface MastodonMention {
  readonly id: string
  readonly username: string
  readonly url: string
  readonly acct: string
}

/** One level deep: what a quoted post quotes comes as its id alone. */
export type MastodonQuote =
  | { readonly state: QuoteStateWord; readonly quoted_status: MastodonStatus | null }
  | { readonly state: QuoteStateWord; readonly quoted_status_id: string | null }

export interface MastodonFilterResult {
  readonly filter: Readonly<Record<string, unknown>>
  readonly keyword_matches: readonly string[] | null
  readonly status_matches: readonly string[] | null
}

/** In which words and for whom posts are told. */
export interface Telling {
  readonly uris: Uris
  readonly now: Date
  /** who reads; undefined for nobody in particular */
  readonly reader?: { readonly id: AccountId; readonly uri: string } | undefined
}

/** A post, or the boost of one, as its reader sees it. */
export function statusFrom(view: StatusView, telling: Telling): MastodonStatus {
  return statusAt(view, telling, 0)
}

function statusAt(view: StatusView, telling: Telling, depth: number): MastodonStatus {
  const { post, boostOf } = view
  const shown = boostOf ?? view
  return {
    ...itselfFrom(post),
    ...shownFrom(shown.post, telling.uris),
    ...answeredBy(shown === view ? post : undefined),
    reblog: boostOf && statusAt(boostOf, telling, depth),
    account: authorFrom(post.author, telling.uris),
    ...readFrom(shown, telling, depth),
    ...mineOf(view, telling),
  }
}

// A status has four parts: what is of the post itself and what it shows, which of a boost is another post, are the same to
// everybody, and may be kept as text (status-text.ts); its author, and all that its reader has to do with, are not.

/** What is of a post itself, be it a boost or not. */
export function itselfFrom(post: PostView) {
  return {
    id: post.id,
    created_at: dateWord(post.publishedAt),
    visibility: visibilityWord(post.visibility),
    uri: post.uri,
    application: post.app ?? null,
  }
}

/** What a post answers; of a boost, nothing. */
export function answeredBy(post: PostView | undefined) {
  return {
    in_reply_to_id: post?.inReplyTo?.id ?? null,
    in_reply_to_account_id: post?.inReplyTo?.accountId ?? null,
  }
}

/** What a post shows, and a boost of it as well. */
export function shownFrom(post: PostView, uris: Uris) {
  const counts = shownCounts(post)
  return {
    sensitive: post.sensitive,
    spoiler_text: post.summary,
    language: post.language,
    url: post.url,
    replies_count: counts.replies.count,
    reblogs_count: counts.boosts.count,
    favourites_count: counts.likes.count,
    quotes_count: post.counts.quotes ?? 0,
    edited_at: post.editedAt === null ? null : dateWord(post.editedAt),
    content: contentOf(post),
    media_attachments: post.attachments.map((each) => mediaFrom(each, uris)),
    mentions: post.mentions.filter(({ silent }) => !silent).map(mentionFrom),
    tags: post.hashtags.map((tag) => postTagFrom(tag, uris)),
    emojis: post.emojis.map((emoji) => emojiFrom(emoji, uris)),
    card: post.card && cardFrom(post.card),
  }
}

function contentOf({ title, contentHtml }: PostView): string {
  return title === null ? contentHtml : `<p><strong>${escapeHtml(title)}</strong></p>${contentHtml}`
}

/** What stands beside the words of a post and has to do with its reader; of a boost, of the post that it shows. */
export function readFrom(view: StatusView, telling: Telling, depth: number) {
  const { post } = view
  const { uris, now, reader } = telling
  const isAuthor = reader?.id === post.author.id
  const { id, emojis, poll } = post
  return {
    poll: poll && pollFrom(poll, { id, emojis, now, ...(reader && { reader: { isAuthor } }) }, uris),
    quote: quoteFrom(view, telling, depth),
    quote_approval: quoteApprovalFrom(view, uris, reader && { uri: reader.uri, isAuthor }),
  }
}

export function mentionFrom(account: AccountMention): MastodonMention {
  return { id: account.id, username: account.name, url: account.url, acct: acctOf(account) }
}

function quoteFrom(
  { post: { quote }, quoted }: StatusView,
  telling: Telling,
  depth: number,
): MastodonQuote | null {
  const state = quote === null ? undefined : quoteStateWord(quote, depth > 0)
  if (state === undefined) return null
  if (depth > 0) return { state, quoted_status_id: quote?.quotedId ?? null }
  return { state, quoted_status: quoted && statusAt(quoted, telling, depth + 1) }
}

/** Absent for nobody; and `pinned` only where its author could pin it. */
export function mineOf({ post, mine, filtered }: StatusView, { reader }: Telling) {
  if (mine === null) return {}
  const pinnable = post.author.id === reader?.id && post.boostOf === null && post.visibility !== 'direct'
  return {
    favourited: mine.liked,
    reblogged: mine.boosted,
    muted: mine.muted,
    bookmarked: mine.bookmarked,
    ...(pinnable && { pinned: mine.pinned }),
    filtered: filtered.map(filterResultFrom),
  }
}

function filterResultFrom(match: FilterMatch): MastodonFilterResult {
  return {
    filter: {
      id: match.filterId,
      title: match.title,
      context: match.contexts,
      expires_at: match.expiresAt === null ? null : dateWord(match.expiresAt),
      filter_action: match.action,
    },
    keyword_matches: match.keywords.length === 0 ? null : match.keywords,
    status_matches: match.postIds.length === 0 ? null : match.postIds,
  }
}

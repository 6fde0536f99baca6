import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { Account, AccountFigures } from '../domain/accounts/account.ts'
import type { NewPost } from '../domain/posts/post.ts'
import type { Published } from '../domain/posts/publish.ts'
import { shortcodesIn } from '../text/emojis.ts'
import { filtersOf } from './filters.ts'
import { loadAccounts } from './kept-accounts.ts'
import { keptApp } from './kept-apps.ts'
import { mineFrom } from './mine.ts'
import { shelfOf } from './shelf.ts'
import type { StatusView } from './status.ts'
import type { AccountMention, AccountView, SpokenPost } from './view.ts'

/**
 * A post of ours that was written a moment ago, as its author sees it, without asking for it: all that it is stands in
 * what was written. Undefined where it holds or answers something else that would have to be looked up.
 */
export function viewWritten(post: NewPost): SpokenPost | undefined {
  if (post.poll || post.inReplyToUri !== null || namesEmojis(post)) return undefined
  const { id, author, mentions, quiet, hashtags } = post
  return {
    id,
    uri: post.uri,
    url: post.url,
    local: true,
    author: { id: author.id, uri: author.uri },
    kind: post.kind,
    boostOf: null,
    visibility: post.visibility,
    inReplyTo: null,
    conversationId: post.conversationId,
    contextUri: null,
    title: post.title,
    summary: post.summary,
    sensitive: post.sensitive,
    contentHtml: post.contentHtml,
    source: post.source,
    language: post.language,
    publishedAt: post.publishedAt,
    editedAt: null,
    sourceType: post.sourceType,
    contentMap: post.contentMap,
    attachments: [],
    poll: null,
    card: null,
    emojis: [],
    mentions: [
      ...mentions.map((account) => mentionFrom(account, false)),
      ...quiet.silent.map((account) => mentionFrom(account, true)),
    ].sort(byId),
    hashtags: hashtags.map(({ name, displayName }) => ({ name, displayName })).sort(byName),
    audience: post.audience,
    counts: { replies: 0, likes: 0, boosts: 0, quotes: 0 },
    remoteCounts: null,
    quote: null,
    policy: post.policy,
    held: post.held,
    approvedBy: null,
    extension: post.extension,
  }
}

/**
 * The same as the status that its author is answered with, whose own account and app are all that is read. For a caller who
 * has caught up with what has changed. Undefined likewise.
 */
export async function viewWrittenStatus(
  db: Db,
  { written, figures }: Pick<Published, 'written' | 'figures'>,
): Promise<StatusView | undefined> {
  const spoken = written && viewWritten(written)
  if (!spoken) return undefined
  const { author, clientId } = written
  const [view, app, filtersIn] = await Promise.all([
    viewAuthor(db, author.id, figures),
    clientId === null ? null : keptApp(db, clientId),
    filtersOf(db, author.id),
  ])
  if (!view) return undefined
  const post = { ...spoken, author: view, boostOf: null, app }
  return { post, mine: UNTOUCHED, boostOf: null, quoted: null, filtered: filtersIn?.(post) ?? [] }
}

/** Of an account of which it is known what it has by now, all else may be known as well. */
async function viewAuthor(
  db: Db,
  id: AccountId,
  figures: AccountFigures | undefined,
): Promise<AccountView | undefined> {
  const shelf = shelfOf(db)
  const kept = figures && shelf?.accounts.get(id)
  // What it had is not what it has.
  const rest = kept && { ...kept, keys: kept.keys.filter((key) => key !== `s${id}`) }
  if (!rest || !shelf?.changes.isFresh(rest)) return (await loadAccounts(db, [id])).get(id)?.view
  const { posts, followers, following, lastPostAt } = figures
  return { ...rest.view, lastPostAt, counts: { posts, followers, following } }
}

/** What its author did to a post that is a moment old. */
const UNTOUCHED = mineFrom(0)

function namesEmojis({ title, summary, contentHtml }: NewPost): boolean {
  return [title ?? '', summary, contentHtml].some((text) => shortcodesIn(text).length > 0)
}

function mentionFrom({ id, uri, url, name, host }: Account, silent: boolean): Named {
  return { silent, id, uri, url: url ?? uri, name, host }
}

type Named = AccountMention & { readonly silent: boolean }

const byId = (a: Named, b: Named) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1)
const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1)

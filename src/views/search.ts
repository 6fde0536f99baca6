import { type RawBuilder, sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { shownTo, visibleTo } from '../domain/posts/audience.ts'
import type { SearchTerm } from '../text/search-query.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'

/** What is searched for, with the accounts that it names found. */
export interface PostSearch extends PageQuery {
  readonly offset: number
  /** as PostgreSQL writes a `tsquery`; '' where there are no words */
  readonly words: string
  readonly terms: readonly Exclude<SearchTerm, { readonly by: 'from' }>[]
  readonly from: readonly { readonly accountId: AccountId | null; readonly not: boolean }[]
}

/**
 * The posts that somebody finds, newest first: among those that they may see, what has to do with them (their own, what
 * names them, what they like or have marked), and what is said to everybody by those who allow to be found.
 */
export async function searchPosts(
  db: Db,
  accountId: AccountId,
  search: PostSearch,
): Promise<readonly PostId[]> {
  const { words, terms, from, offset } = search
  if (words === '' && terms.length + from.length === 0) return []
  const { where, rest } = pageBy('post.id', search)
  const me = sql`${accountId}::bigint`
  const all = [
    ...(words === '' ? [] : [sql`post_search.vector @@ ${words}::tsquery`]),
    ...terms.map((term) => unless(term.not, meets(term, me))),
    ...from.map((each) => unless(each.not, sql`post.account_id = ${each.accountId}::bigint`)),
  ]
  const { rows } = await sql<{ id: PostId }>`
    SELECT post.id FROM post ${words === '' ? sql`` : sql`JOIN post_search ON post_search.post_id = post.id`}
    WHERE post.boost_of_id IS NULL AND ${where} AND ${sql.join(all, sql` AND `)}
      AND ((${isNear(me)} AND ${visibleTo({ accountId })})
        OR (post.visibility = 'public' AND EXISTS (
          SELECT 1 FROM account AS open WHERE open.id = post.account_id AND open.indexable)
          AND ${shownTo({ accountId })}))
    ${rest} OFFSET ${offset}`.execute(db)
  return newestFirst(rows, search).map(({ id }) => id)
}

/** Whether a post has to do with somebody. */
const isNear = (me: RawBuilder<unknown>) => sql<boolean>`(post.account_id = ${me}
  OR EXISTS (SELECT 1 FROM mention WHERE mention.post_id = post.id AND mention.account_id = ${me})
  OR EXISTS (SELECT 1 FROM reaction WHERE reaction.post_id = post.id AND reaction.account_id = ${me})
  OR EXISTS (SELECT 1 FROM bookmark WHERE bookmark.post_id = post.id AND bookmark.account_id = ${me}))`

/** What is unknown is not so. */
const unless = (not: boolean, condition: RawBuilder<unknown>) =>
  not ? sql<boolean>`(${condition}) IS NOT TRUE` : sql<boolean>`(${condition})`

function meets(term: PostSearch['terms'][number], me: RawBuilder<unknown>): RawBuilder<unknown> {
  switch (term.by) {
    case 'time':
      return sql`${term.since ? sql`post.published_at >= ${term.since}` : sql`true`}
        AND ${term.until ? sql`post.published_at < ${term.until}` : sql`true`}`
    case 'language':
      return sql`lower(post.language) = ${term.value} OR starts_with(lower(post.language), ${`${term.value}-`})`
    case 'is':
      return KINDS[term.value]
    case 'in':
      return { all: sql`true`, public: sql`post.visibility = 'public'`, library: isNear(me) }[term.value]
    case 'has':
      return PARTS[term.value]
  }
}

const KINDS = {
  reply: sql`post.in_reply_to_uri IS NOT NULL`,
  sensitive: sql`post.sensitive`,
  quote: sql`EXISTS (SELECT 1 FROM quote WHERE quote.post_id = post.id)`,
}
const attached = (kinds: RawBuilder<boolean>) =>
  sql`EXISTS (SELECT 1 FROM attachment WHERE attachment.post_id = post.id AND ${kinds})`
const link = sql`EXISTS (SELECT 1 FROM post_preview WHERE post_preview.post_id = post.id)`
const PARTS = {
  media: attached(sql`true`),
  image: attached(sql`attachment.kind IN ('image', 'gifv')`),
  video: attached(sql`attachment.kind IN ('video', 'gifv')`),
  audio: attached(sql`attachment.kind = 'audio'`),
  poll: sql`EXISTS (SELECT 1 FROM poll WHERE poll.post_id = post.id)`,
  link,
  embed: link,
}

/** Sorts behind every letter. */
const LAST = '\u{10FFFF}'

/** Hashtags that begin with some letters, the shortest first, by their names: those that were said to everybody. */
export async function searchTags(
  db: Db,
  beginning: string,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT hashtag.name FROM hashtag
    WHERE hashtag.name >= ${beginning} AND hashtag.name < ${beginning + LAST} AND EXISTS (
      SELECT 1 FROM post_hashtag JOIN post ON post.id = post_hashtag.post_id
      WHERE post_hashtag.hashtag_id = hashtag.id AND post.visibility = 'public' AND NOT post.held)
    ORDER BY length(hashtag.name), hashtag.name LIMIT ${limit} OFFSET ${offset}`.execute(db)
  return rows.map(({ name }) => name)
}

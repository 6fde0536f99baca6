import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'
import { unescapeHtml } from '../text/escape.ts'
import { shelfOf } from './shelf.ts'
import type { FilterMatch, FilterRow } from './status.ts'
import type { PostView } from './view.ts'

export type { FilterMatch } from './status.ts'

/** Finds what a reader's filters meet in a post. */
export type FilterPosts = (post: PostView) => readonly FilterMatch[]

const findFilters = statement(
  'views.filters',
  `SELECT account_id AS "accountId", id, title, contexts, action, expires_at AS "expiresAt",
     coalesce((SELECT json_agg(json_build_object('text', keyword, 'whole', whole_word) ORDER BY filter_keyword.id)
       FROM filter_keyword WHERE filter_id = post_filter.id), '[]') AS keywords,
     coalesce((SELECT json_agg(post_id::text ORDER BY filter_post.id)
       FROM filter_post WHERE filter_id = post_filter.id), '[]') AS posts
   FROM post_filter WHERE account_id = ANY (ARRAY(SELECT unnest($1::bigint[]))) ORDER BY id`,
)

/**
 * The filters of a reader that have not run out, ready to be held against posts; for a caller who has caught up with what
 * has changed. Of a boost, what it shows is meant. All
 * that are met are told, whatever contexts they are for: only the app knows where it shows a post.
 */
export async function filtersOf(db: Db, accountId: AccountId): Promise<FilterPosts | undefined> {
  const shelf = shelfOf(db)
  const known = shelf?.filters.get(accountId)
  if (known && shelf?.changes.isFresh(known)) return filterBy(known.view)
  const kept = { keys: [`v${accountId}`], since: shelf?.changes.now() ?? 0 }
  const view = await findFilters<FilterRow>(db, [[accountId]])
  shelf?.filters.set(accountId, { view, ...kept })
  return filterBy(view)
}

/** The same for many readers at once, whoever caught up; those who have none are left out. */
export async function filtersOfMany(
  db: Db,
  accountIds: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, FilterPosts>> {
  const rows = await findFilters<FilterRow>(db, [accountIds])
  const whose = Map.groupBy(rows, ({ accountId }) => accountId)
  return new Map(
    [...whose].flatMap(([accountId, filters]) => {
      const filter = filterBy(filters)
      return filter ? [[accountId, filter] as const] : []
    }),
  )
}

function filterBy(all: readonly FilterRow[]): FilterPosts | undefined {
  const filters = all.filter(({ expiresAt }) => expiresAt === null || expiresAt.getTime() > Date.now())
  if (filters.length === 0) return undefined
  return (post) => {
    const shown = post.boostOf ?? post
    const text = textOf(shown)
    return filters.flatMap((filter) => matchOf(filter, [post.id, shown.id], text) ?? [])
  }
}

function matchOf(filter: FilterRow, ids: readonly PostId[], text: string): FilterMatch | undefined {
  const keywords = filter.keywords
    .filter(({ text: keyword, whole }) => patternOf(keyword, whole).test(text))
    .map((each) => each.text)
  const postIds = [...new Set(ids)].filter((id) => filter.posts.includes(id))
  if (keywords.length === 0 && postIds.length === 0) return undefined
  const { id: filterId, title, contexts, action, expiresAt } = filter
  return { filterId, title, contexts, action, expiresAt, keywords, postIds }
}

/** All that can be read of a post. What it says is sanitised, so each `<` begins a tag. */
function textOf(post: PostView): string {
  const said = unescapeHtml(post.contentHtml.replace(/<br \/>|<\/p>/g, '\n').replace(/<[^>]*>/g, ''))
  const pictures = post.attachments.map(({ description }) => description)
  const answers = post.poll?.options.map(({ title }) => title) ?? []
  return [post.title ?? '', post.summary, said, ...pictures, ...answers].join('\n\n')
}

const patterns = new Map<string, RegExp>()
const MOST_PATTERNS = 5000

/** A word ends where no letter, mark or digit goes on; a keyword that ends in none of them ends by itself. */
function patternOf(keyword: string, whole: boolean): RegExp {
  const key = `${whole ? 'w' : 'p'}${keyword}`
  const known = patterns.get(key)
  if (known) return known
  const before = whole && /^[\p{L}\p{M}\p{N}_]/u.test(keyword) ? '(?<![\\p{L}\\p{M}\\p{N}_])' : ''
  const after = whole && /[\p{L}\p{M}\p{N}_]$/u.test(keyword) ? '(?![\\p{L}\\p{M}\\p{N}_])' : ''
  const made = new RegExp(before + keyword.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&') + after, 'iu')
  if (patterns.size >= MOST_PATTERNS) patterns.clear()
  patterns.set(key, made)
  return made
}

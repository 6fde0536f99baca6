import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import { shownTo, visibleTo } from '../domain/posts/audience.ts'
import type { SearchTerm } from '../text/search-query.ts'

/** What a post has to be beside saying some words, with the accounts that are named found. */
export interface PostTerms {
  readonly terms: readonly Exclude<SearchTerm, { readonly by: 'from' }>[]
  readonly from: readonly { readonly accountId: AccountId | null; readonly not: boolean }[]
}

/**
 * Whether somebody may find a post, and it is what they look for: what has to do with them, as far as they may see it,
 * and what is said to everybody by those who allow to be found, as far as it is shown to strangers. A condition on
 * `post`, with its `author` beside it.
 */
export function isMeant(accountId: AccountId, { terms, from }: PostTerms): RawBuilder<boolean> {
  const me = sql`${accountId}::bigint`
  const author = sql`author`
  const all = [
    sql`post.boost_of_id IS NULL`,
    ...terms.map((term) => unless(term.not, meets(term, me))),
    ...from.map((each) => unless(each.not, sql`post.account_id = ${each.accountId}::bigint`)),
  ]
  return sql<boolean>`(${sql.join(all, sql` AND `)}
    AND ((post.visibility = 'public' AND author.indexable AND ${shownTo({ accountId }, author)})
      OR (${isNear(me)} AND ${visibleTo({ accountId }, author)})))`
}

/** Whether a post has to do with somebody. `OFFSET 0` has it asked of each post alone, however much they like or marked. */
const isNear = (me: RawBuilder<unknown>) => sql<boolean>`(post.account_id = ${me}
  OR EXISTS (SELECT 1 FROM mention WHERE mention.post_id = post.id AND mention.account_id = ${me} OFFSET 0)
  OR EXISTS (SELECT 1 FROM reaction WHERE reaction.post_id = post.id AND reaction.account_id = ${me} OFFSET 0)
  OR EXISTS (SELECT 1 FROM bookmark WHERE bookmark.post_id = post.id AND bookmark.account_id = ${me} OFFSET 0))`

/** What is unknown is not so. */
const unless = (not: boolean, condition: RawBuilder<unknown>) =>
  not ? sql<boolean>`(${condition}) IS NOT TRUE` : sql<boolean>`(${condition})`

function meets(term: PostTerms['terms'][number], me: RawBuilder<unknown>): RawBuilder<unknown> {
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
    case 'words':
      return says(term.value)
  }
}

export const says = (words: string) => sql<boolean>`EXISTS (SELECT 1 FROM post_search
  WHERE post_search.post_id = post.id AND (post_search.vector @@ ${words}::tsquery) IS TRUE OFFSET 0)`

const KINDS = {
  reply: sql`post.in_reply_to_uri IS NOT NULL`,
  sensitive: sql`post.sensitive`,
  quote: sql`EXISTS (SELECT 1 FROM quote WHERE quote.post_id = post.id OFFSET 0)`,
}
const attached = (kinds: RawBuilder<boolean>) =>
  sql`EXISTS (SELECT 1 FROM attachment WHERE attachment.post_id = post.id AND ${kinds} OFFSET 0)`
const link = sql`EXISTS (SELECT 1 FROM post_preview WHERE post_preview.post_id = post.id OFFSET 0)`
const PARTS = {
  media: attached(sql`true`),
  image: attached(sql`attachment.kind IN ('image', 'gifv')`),
  video: attached(sql`attachment.kind IN ('video', 'gifv')`),
  audio: attached(sql`attachment.kind = 'audio'`),
  poll: sql`EXISTS (SELECT 1 FROM poll WHERE poll.post_id = post.id OFFSET 0)`,
  link,
  embed: link,
}

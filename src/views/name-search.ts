import { sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { prepared } from '../db/prepared.ts'
import { areApart } from '../domain/blocks/find.ts'
import { folded, UNSPACED } from '../text/search-words.ts'
import { type PersonView, personColumns } from './relations.ts'

/** Sorts behind every letter. */
const LAST = '\u{10FFFF}'
/** As many of each kind as are looked at before they are put in order. */
const LOOKED_AT = 50
/** As many of those whom somebody follows, and of who follows them, are looked at. */
const MOST_RELATED = 5000
/** A name has no more words that count, and no longer ones. */
const MOST_WORDS = 10
const LONGEST_WORD = 100

/**
 * Who is known here whose name begins with some letters, for somebody who is typing one: an exact name first, then whom
 * they follow, who follows them, people here, and all others. The name that is shown counts too, word by word: of those
 * they are related to, and of all who want to be found. Nobody from whom a block keeps them apart. Nobody in particular
 * (null) is related to nobody.
 */
export async function searchNames(
  db: Db,
  accountId: AccountId | null,
  typed: { readonly name: string; readonly host: string | null },
  limit: number,
): Promise<readonly PersonView[]> {
  const name = typed.name.toLowerCase()
  const words = typed.host === null ? wordsFrom(name) : ''
  const find = typed.host !== null ? onHost : words === '' ? byName : byWords
  const rows = await find(db, {
    me: accountId,
    name,
    beyond: name + LAST,
    host: typed.host,
    hostBeyond: typed.host === null ? null : typed.host + LAST,
    shown: shownLike(typed.name),
    words,
    limit,
    related: MOST_RELATED,
    lookedAt: LOOKED_AT,
  })
  return rows as PersonView[]
}

type Place =
  | 'me'
  | 'name'
  | 'beyond'
  | 'host'
  | 'hostBeyond'
  | 'shown'
  | 'words'
  | 'limit'
  | 'related'
  | 'lookedAt'

function finder(statement: string, by: 'name' | 'words' | 'host') {
  return prepared<Place>(`views.names-${statement}`, (at) => {
    const me = sql`${at('me')}::bigint`
    const name = sql`${at('name')}::text`
    const begins = sql`lower(account.name) >= ${name} AND lower(account.name) < ${at('beyond')}::text`
    const isOnHost =
      by === 'host'
        ? sql`account.host >= ${at('host')}::text AND account.host < ${at('hostBeyond')}::text`
        : sql`true`
    const shown = sql`(${begins} OR (' ' || translate(search_folded(account.display_name), '・·', '  ')) LIKE ${at('shown')}::text)`
    const related = sql`${at('related')}::bigint`
    const lookedAt = sql`${at('lookedAt')}::bigint`
    const here = sql`UNION ALL
      (SELECT account.id, 3 FROM account WHERE account.host IS NULL AND ${begins}
        ORDER BY lower(account.name) LIMIT ${lookedAt})`
    const said = sql`UNION ALL
      (SELECT account.id, 5 FROM account
        WHERE account.discoverable AND name_words(account.display_name) @@ ${at('words')}::tsquery
        LIMIT ${lookedAt})`
    return sql`
    WITH related AS (
      (SELECT followed_id AS id, 1 AS rank FROM follow
        WHERE follower_id = ${me} AND state = 'accepted' ORDER BY follow.id DESC LIMIT ${related})
      UNION ALL
      (SELECT follower_id, 2 FROM follow
        WHERE followed_id = ${me} AND state = 'accepted' ORDER BY follow.id DESC LIMIT ${related})
    ), found AS (
      SELECT account.id, related.rank FROM related JOIN account ON account.id = related.id
      WHERE ${shown} AND ${isOnHost}
      ${by === 'host' ? sql`` : here}
      UNION ALL
      (SELECT account.id, 4 FROM account
        WHERE account.host IS NOT NULL AND account.handle_verified AND ${begins} AND ${isOnHost}
        ORDER BY lower(account.name) LIMIT ${lookedAt})
      ${by === 'words' ? said : sql``}
    ), best AS (SELECT id, min(rank) AS rank FROM found GROUP BY id)
    SELECT ${personColumns}
    FROM best JOIN account AS far ON far.id = best.id
    WHERE far.kind <> 'application' AND far.deleted_at IS NULL AND far.suspended_at IS NULL
      AND NOT far.suspended_afar AND far.id IS DISTINCT FROM ${me} AND NOT ${areApart(me, sql`far.id`)}
    ORDER BY lower(far.name) <> ${name}, best.rank, lower(far.name), far.host NULLS FIRST
    LIMIT ${at('limit')}::bigint`
  })
}
const byName = finder('by-name', 'name')
const byWords = finder('by-words', 'words')
const onHost = finder('on-host', 'host')

/** The beginning of a word; where words are not parted by spaces, whatever part of one. */
function shownLike(text: string): string {
  const part = escaped(folded(text))
  return UNSPACED.test(text) ? `%${part}%` : `% ${part}%`
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, (sign) => `\\${sign}`)
}

/**
 * The words of a name, the last of which is still being typed, as PostgreSQL writes a `tsquery`; '' for none. A sign that
 * parts no words in names stands for itself, and then only a whole beginning will do.
 */
function wordsFrom(text: string): string {
  if (!/^[\p{L}\p{N}\p{M}\s.,'’-]*$/u.test(text)) return ''
  const words = folded(text).match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  return words
    .slice(0, MOST_WORDS)
    .map(
      (word, at) =>
        [...word].slice(0, LONGEST_WORD).join('') +
        (at === words.length - 1 || UNSPACED.test(word) ? ':*' : ''),
    )
    .map((word) => word.replace(/^[^:]+/, (letters) => `'${letters}'`))
    .join(' & ')
}

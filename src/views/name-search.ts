import { sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { areApart } from '../domain/blocks/find.ts'
import { type PersonView, personColumns } from './relations.ts'

/** Sorts behind every letter. */
const LAST = '\u{10FFFF}'
/** As many of each kind as are looked at before they are put in order. */
const LOOKED_AT = 50
/** A name has no more words that count. */
const MOST_WORDS = 10

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
  const me = sql`${accountId}::bigint`
  const begins = sql`lower(account.name) >= ${name} AND lower(account.name) < ${name + LAST}`
  const onHost =
    typed.host === null
      ? sql`true`
      : sql`account.host >= ${typed.host} AND account.host < ${typed.host + LAST}`
  const words = typed.host === null ? wordsFrom(name) : ''
  const shown = sql`(${begins} OR (' ' || lower(account.display_name)) LIKE ${`% ${escaped(name)}%`})`
  const { rows } = await sql<PersonView>`
    WITH related AS (
      (SELECT followed_id AS id, 1 AS rank FROM follow
        WHERE follower_id = ${me} AND state = 'accepted' ORDER BY follow.id DESC LIMIT 5000)
      UNION ALL
      (SELECT follower_id, 2 FROM follow
        WHERE followed_id = ${me} AND state = 'accepted' ORDER BY follow.id DESC LIMIT 5000)
    ), found AS (
      SELECT account.id, related.rank FROM related JOIN account ON account.id = related.id
      WHERE ${shown} AND ${onHost}
      UNION ALL
      (SELECT account.id, 3 FROM account
        WHERE account.host IS NULL AND ${begins} AND ${typed.host === null ? sql`true` : sql`false`}
        ORDER BY lower(account.name) LIMIT ${LOOKED_AT})
      UNION ALL
      (SELECT account.id, 4 FROM account
        WHERE account.host IS NOT NULL AND account.handle_verified AND ${begins} AND ${onHost}
        ORDER BY lower(account.name) LIMIT ${LOOKED_AT})
      ${words === '' ? sql`` : byWords(words)}
    ), best AS (SELECT id, min(rank) AS rank FROM found GROUP BY id)
    SELECT ${personColumns}
    FROM best JOIN account AS far ON far.id = best.id
    WHERE far.kind <> 'application' AND far.deleted_at IS NULL AND far.suspended_at IS NULL
      AND NOT far.suspended_afar AND far.id IS DISTINCT FROM ${me} AND NOT ${areApart(me, sql`far.id`)}
    ORDER BY lower(far.name) <> ${name}, best.rank, lower(far.name), far.host NULLS FIRST
    LIMIT ${limit}`.execute(db)
  return rows
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, (sign) => `\\${sign}`)
}

const byWords = (words: string) => sql`UNION ALL
  (SELECT account.id, 5 FROM account
    WHERE account.discoverable AND to_tsvector('simple', account.display_name) @@ ${words}::tsquery
    LIMIT ${LOOKED_AT})`

/**
 * The words of a name, the last of which is still being typed, as PostgreSQL writes a `tsquery`; '' for none. A sign that
 * parts no words in names stands for itself, and then only a whole beginning will do.
 */
function wordsFrom(text: string): string {
  if (!/^[\p{L}\p{N}\p{M}\s.,'’-]*$/u.test(text)) return ''
  const words = text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  return words
    .slice(0, MOST_WORDS)
    .map((word, at) => `'${word}'${at === words.length - 1 ? ':*' : ''}`)
    .join(' & ')
}

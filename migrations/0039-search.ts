import { type Kysely, sql } from 'kysely'

/** In lower case and without accents, as `text/search-words.ts` folds: whatever the locale says of letters beyond these. */
const folding = (
  said: string,
) => String.raw`CASE WHEN octet_length(${said}) = length(${said}) THEN lower(${said})
  ELSE replace(translate(lower(normalize(regexp_replace(normalize(${said}, NFKD),
    '[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]', '', 'g'), NFKC)), 'ςøłđħŧı', 'σoldhti'), 'ß', 'ss') END`

/** What parts words in names: signs and pictures, of which nobody is found. */
const PARTING = String.raw`[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u05be\u060c\u061b\u061f\u0964\u0965\u2000-\u206f\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u30fb\ufe00-\ufe0f\U0001f000-\U0001faff]+`
/** Scripts that do not part words by spaces: of these every rest of a name is a word. */
const UNSPACED = String.raw`[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3021-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]`

/**
 * Where searchers are in what they found, so that the next page goes on behind the last; lost in a crash like whoever was
 * reading. And, built beside the work, the words of posts together with when they were said, and what is looked for
 * without words.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE UNLOGGED TABLE search_place (
      account_id bigint NOT NULL REFERENCES login (account_id) ON DELETE CASCADE,
      search bigint NOT NULL,
      offsets integer[] NOT NULL,
      last_ids bigint[] NOT NULL,
      expires_at timestamptz NOT NULL,
      PRIMARY KEY (account_id, search)
    )`.execute(db)
  await sql`COMMENT ON COLUMN search_place.search IS 'a hash of all that is looked for'`.execute(db)
  await sql`COMMENT ON COLUMN search_place.last_ids IS 'beside each of the offsets, the id that what comes then is below'`.execute(
    db,
  )
  await sql`CREATE INDEX search_place_expires ON search_place (expires_at)`.execute(db)
  await sql`CREATE FUNCTION search_folded(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT ${sql.raw(folding('said'))} $$`.execute(db)
  await sql`CREATE FUNCTION name_words(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(coalesce(array_agg(DISTINCT left(substr(piece, n), 100)), '{}'))
    FROM (SELECT ${sql.raw(folding('cut.said'))} AS said FROM (SELECT left(name_words.said, 500) AS said) AS cut) AS name,
      regexp_split_to_table(name.said, '${sql.raw(PARTING)}') AS piece,
      generate_series(1, CASE WHEN piece ~ '${sql.raw(UNSPACED)}' THEN least(length(piece), 50) ELSE 1 END) AS n
    WHERE piece <> '' $$`.execute(db)
  // Words are cut anew: of Greek, Arabic and Hebrew, by letters alone.
  await sql`
    INSERT INTO job (kind, payload)
    SELECT 'search', json_build_object('below', (max(id) + 1)::text)::text FROM post HAVING count(*) > 0`.execute(
    db,
  )
}

export const concurrently = {
  // An id begins with when the post was said: so each post stands in a span of a minute, of some, of hours, days and weeks.
  post_search_words: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY post_search_words ON post_search USING gin (vector,
      (ARRAY[post_id >> 32, post_id >> 36, post_id >> 40, post_id >> 44, post_id >> 48])) WITH (gin_pending_list_limit = 256)`.execute(
      db,
    )
  },
  // No index of this name is ever there, so this is done once after the one above.
  post_search_words_alone: async (db: Kysely<unknown>) => {
    await sql`DROP INDEX CONCURRENTLY IF EXISTS post_search_vector`.execute(db)
  },
  account_name_words: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY account_name_words ON account USING gin (name_words(display_name))
      WHERE discoverable`.execute(db)
  },
  hashtag_folded: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY hashtag_folded ON hashtag ((search_folded(name) COLLATE "C"))`.execute(
      db,
    )
  },
  post_replies: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY post_replies ON post (id) WHERE in_reply_to_uri IS NOT NULL`.execute(
      db,
    )
  },
  post_sensitive: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY post_sensitive ON post (id) WHERE sensitive`.execute(db)
  },
  post_language: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY post_language ON post (split_part(lower(language), '-', 1), id)
      WHERE language IS NOT NULL`.execute(db)
  },
  attachment_films: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY attachment_films ON attachment (post_id)
      WHERE post_id IS NOT NULL AND kind IN ('video', 'gifv')`.execute(db)
  },
  attachment_sounds: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY attachment_sounds ON attachment (post_id)
      WHERE post_id IS NOT NULL AND kind = 'audio'`.execute(db)
  },
  reaction_account_post: async (db: Kysely<unknown>) => {
    await sql`CREATE INDEX CONCURRENTLY reaction_account_post ON reaction (account_id, post_id)`.execute(db)
  },
}

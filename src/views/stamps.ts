import { type RawBuilder, sql } from 'kysely'

// PostgreSQL keeps with every row which transaction wrote it (`xmin`), and no two that change a row have the same. So a text
// of these says whether anything has changed of what is kept in memory, whoever wrote it, and whether or not we heard of it.

/**
 * What posts and their authors show of further rows, joined to a query that has `post` in it.
 * @param ids of the posts
 */
export const stampTables = (ids: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  LEFT JOIN (
    SELECT post_id, string_agg(written, ' ') AS stamp FROM (
      SELECT post_id, 'o' || xmin::text AS written FROM post_origin WHERE post_id = ANY (${ids})
      UNION ALL SELECT post_id, 'a' || xmin::text FROM attachment WHERE post_id = ANY (${ids})
      UNION ALL SELECT post_id, concat_ws('.', 'c', post_preview.xmin, preview.xmin, creator.xmin)
        FROM post_preview LEFT JOIN preview ON preview.id = preview_id
        LEFT JOIN account AS creator ON creator.id = preview.creator_id WHERE post_id = ANY (${ids})
      UNION ALL SELECT post_id, concat_ws('.', 'm', mention.xmin, named.xmin)
        FROM mention JOIN account AS named ON named.id = mention.account_id WHERE post_id = ANY (${ids})
    ) AS beside GROUP BY post_id
  ) AS beside ON beside.post_id = post.id
  LEFT JOIN post_stat ON post_stat.post_id = post.id
  LEFT JOIN account_stat ON account_stat.account_id = post.account_id`

/** What a post is to everybody, but for its author, its poll, its quote and its custom emoji, which are read each time. */
export const postStamp: RawBuilder<string> = sql`concat_ws(' ', post.written, post.sensitized_at, post_stat.xmin, beside.stamp,
  CASE WHEN post.conversation_id <> post.id THEN (
    SELECT context_uri FROM post AS root WHERE root.id = post.conversation_id) END,
  CASE WHEN post.client_id IS NOT NULL THEN (
    SELECT client.xmin::text FROM client WHERE client.id = post.client_id) END)`

/** What an account is to everybody, in a query of `account` and `account_stat`: the same text as its posts say. */
export const accountStamp: RawBuilder<string> = sql`concat_ws(' ', account.xmin, account_stat.xmin,
  CASE WHEN account.local THEN (SELECT role FROM login WHERE login.account_id = account.id)
    ELSE (SELECT xmin::text FROM account_origin WHERE account_origin.account_id = account.id) END)`

/** What its author is to everybody. */
export const authorStamp: RawBuilder<string> = sql`concat_ws(' ', post.author_written, account_stat.xmin,
  CASE WHEN post.local THEN (SELECT role FROM login WHERE login.account_id = post.account_id)
    ELSE (SELECT xmin::text FROM account_origin WHERE account_origin.account_id = post.account_id) END)`

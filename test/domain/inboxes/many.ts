import { sql } from 'kysely'
import type { AccountId } from '../../../src/base/ids.ts'
import type { Db } from '../../../src/db/connect.ts'

/**
 * Puts `n` posts of a thousand accounts elsewhere into somebody's inbox, a second apart, and one like for every ten; among
 * as many accounts as a server soon knows.
 */
export async function fillWithMany(db: Db, ownerId: AccountId, n: number): Promise<void> {
  const first = (BigInt(Date.now() - n * 1000) << 16n).toString()
  await sql`
    INSERT INTO account (id, local, uri, name, host, handle_verified, followers_url)
    SELECT i, false, 'https://many.test/users/' || i, 'many' || i, 'many.test', true,
      'https://many.test/users/' || i || '/followers' FROM generate_series(1, 20000) AS i
    ON CONFLICT DO NOTHING`.execute(db)
  await sql`
    INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, published_at)
    SELECT ${first}::bigint + (i::bigint * 1000 << 16), 'https://many.test/posts/' || i, false, 1 + i % 1000, 'public',
      ${first}::bigint + (i::bigint * 1000 << 16), '<p>' || repeat('some words that somebody said ', 8) || i || '</p>', now()
    FROM generate_series(1, ${n}::int) AS i WHERE i % 10 <> 0`.execute(db)
  await sql`
    INSERT INTO inbox_item (owner_id, id, uri, actor_id, kind, post_id, body, created_at)
    SELECT ${ownerId}::bigint, ${first}::bigint + (i::bigint * 1000 << 16), 'https://many.test/activities/' || i, 1 + i % 1000,
      CASE WHEN i % 10 = 0 THEN 'Like' ELSE 'Create' END,
      CASE WHEN i % 10 = 0 THEN NULL ELSE ${first}::bigint + (i::bigint * 1000 << 16) END,
      CASE WHEN i % 10 = 0 THEN json_build_object('id', 'https://many.test/activities/' || i, 'type', 'Like')::text END, now()
    FROM generate_series(1, ${n}::int) AS i`.execute(db)
  await sql`ANALYZE post, inbox_item, inbox_count, account`.execute(db)
}

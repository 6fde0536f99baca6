import { sql } from 'kysely'
import type { Db } from '../../../src/db/connect.ts'
import { ensureInboxes } from '../../../src/jobs/hosts.ts'

/**
 * Gives an account of ours one follower behind each of these inboxes, by writing their rows: thousands of them would
 * take longer to come by the door than the drill does.
 */
export async function giveFollowers(db: Db, name: string, inboxes: readonly string[]): Promise<void> {
  const ids = await ensureInboxes(db, inboxes)
  const uris = inboxes.map((url) => url.replace(/\/inbox$/, ''))
  await sql`
    WITH new AS (
      INSERT INTO account (id, local, uri, name, host, inbox_id)
      SELECT (SELECT count(*) FROM account) + 1000 + n, false, uri, 'follower' || (SELECT count(*) FROM account) + n, split_part(uri, '/', 3), inbox_id
      FROM unnest(${uris}::text[], ${inboxes.map((url) => ids.get(url))}::int[])
        WITH ORDINALITY AS t (uri, inbox_id, n)
      RETURNING id, uri
    )
    INSERT INTO follow (followed_id, follower_id, id, uri, state, followed_local, follower_local, accepted_at)
    SELECT a.id, new.id, new.id, new.uri || '/follow', 'accepted', true, false, now()
    FROM new, account a WHERE a.local AND a.name = ${name}`.execute(db)
}

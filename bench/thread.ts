import { sql } from 'kysely'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { appOf } from './support/app.ts'
import { verdict } from './support/machine.ts'
import { measurePages } from './support/pages.ts'
import { startBenchServer } from './support/server.ts'

// A conversation of 200 posts by 50 people, four replies to each of the first, as somebody here reads all of it, over 16
// connections.
const POSTS = 200
const PEOPLE = 50
const FIRST = 1_000_000

await using server = await startBenchServer()
const { db, house } = server
const anna = await registerAccount(house.world, { name: 'anna' })
const headers = await appOf(server, anna)
await sql`INSERT INTO account (id, local, uri, name, host, handle_verified, display_name, bio_html)
  SELECT n, false, 'https://h' || n || '.example/users/' || n, 'p' || n, 'h' || n || '.example', true, 'Person ' || n,
    '<p>Likes herons, fog, and number ' || n || '.</p>' FROM generate_series(1, ${PEOPLE}::int) AS n`.execute(
  db,
)
await sql`INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, published_at,
    in_reply_to_id, in_reply_to_uri, in_reply_to_account_id)
  SELECT ${FIRST}::int + n, 'https://h.example/posts/' || n, false, 1 + n % ${PEOPLE}::int, 'public', ${FIRST}::int,
    '<p>Words of number ' || n || ', of two herons in the fog over the river, and of a third that nobody saw.</p>',
    '2026-01-01'::timestamptz + n * interval '1 minute',
    CASE WHEN n > 0 THEN ${FIRST}::int + (n - 1) / 4 END, CASE WHEN n > 0 THEN 'https://h.example/posts/' || (n - 1) / 4 END,
    CASE WHEN n > 0 THEN 1 + (n - 1) / 4 % ${PEOPLE}::int END
  FROM generate_series(0, ${POSTS - 1}::int) AS n`.execute(db)
await sql`INSERT INTO post_stat (post_id, replies, likes)
  SELECT in_reply_to_id, count(*), 3 FROM post WHERE in_reply_to_id IS NOT NULL GROUP BY 1`.execute(db)
for (const table of ['post', 'account', 'post_stat'])
  await sql`VACUUM ANALYZE ${sql.table(table)}`.execute(db)

const path = `/api/v1/statuses/${FIRST}/context`
const { rate, p99, cpu } = await measurePages(server, headers, 'a conversation of 200', () => path, {
  count: Number(process.env.COUNT ?? 1500),
  least: POSTS * 1000,
})
verdict('conversations a second', rate, rate >= 300, '≥ 300')
verdict('p99', p99, p99 <= 100, '≤ 100 ms')
verdict('CPU each', cpu, cpu <= 3.3, '≤ 3.3 ms')

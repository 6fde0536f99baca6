import { type RawBuilder, sql } from 'kysely'
import { idAt } from '../src/base/ids.ts'
import type { LocalAccount } from '../src/domain/accounts/account.ts'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { appOf } from './support/app.ts'
import { verdict } from './support/machine.ts'
import { measurePages } from './support/pages.ts'
import { startBenchServer } from './support/server.ts'

// Somebody with 10,000 notifications of 500 people about 1,000 posts asks for them grouped, over 4 connections without a
// pause (a page of 40 groups names a hundred people): the newest page, as an app does each time it is opened, and pages from anywhere. Likes and boosts come in bunches, with mentions and
// new followers between them.
const ITEMS = Number(process.env.ITEMS ?? 10_000)
const PEOPLE = 500
const WIDTH = Number(process.env.WIDTH ?? 4)
const POSTS = 1000
/** Ids are made in such steps, from where no account of the server's own is. */
const FIRST = 1_000_000

await using server = await startBenchServer()
const { db, house } = server
const anna = await registerAccount(house.world, { name: 'anna' })
const headers = await appOf(server, anna)
console.log(`making ${ITEMS.toLocaleString('en-US')} notifications`)
await fill(anna)

const list = '/api/v2/notifications?limit=40'
const pages = {
  'grouped, the newest page': () => list,
  'grouped, any page': (n: number) => `${list}&max_id=${idAt(daysAgo(1 + ((n * 7.919) % 90)))}`,
  'one by one, the newest page': () => '/api/v1/notifications?limit=40',
}
for (const [what, pathOf] of Object.entries(pages)) {
  const { p99, cpu } = await measurePages(server, headers, what, pathOf, { width: WIDTH })
  verdict(`${what}, p99`, p99, p99 <= 20, '≤ 20 ms')
  const most = 20 / WIDTH
  verdict(`${what}, CPU each`, cpu, cpu <= most, `≤ ${most} ms, or the last of ${WIDTH} waits longer`)
}

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 24 * 3600 * 1000)
}

/** Made in the database itself: what people elsewhere did to her posts, and said to her, within a hundred days. */
async function fill({ id }: LocalAccount): Promise<void> {
  const me = sql`${id}::bigint`
  const when = sql`now() - interval '100 days' + n * interval '100 days' / ${ITEMS}::int`
  const idOf = sql`(floor(extract(epoch FROM ${when}) * 1000)::bigint << 16)`
  await sql`INSERT INTO account (id, local, uri, url, name, host, handle_verified, display_name, bio_html, avatar_url)
    SELECT n, false, 'https://h' || n % 50 || '.example/users/' || n, 'https://h' || n % 50 || '.example/@p' || n,
      'p' || n, 'h' || n % 50 || '.example', true, 'Person ' || n, '<p>Likes herons, fog, and number ' || n || '.</p>',
      'https://h' || n % 50 || '.example/avatars/' || n || '.png'
    FROM generate_series(1, ${PEOPLE}::int) AS n`.execute(db)
  await sql`INSERT INTO account_stat (account_id, posts, followers, following)
    SELECT n, 20 + n, 3 * n, n FROM generate_series(1, ${PEOPLE}::int) AS n`.execute(db)
  await sql`INSERT INTO follow (followed_id, follower_id, id, uri, state, followed_local, follower_local)
    SELECT n, ${me}, n, 'f' || n, 'accepted', false, true FROM generate_series(1, ${PEOPLE}::int, 2) AS n`.execute(
    db,
  )
  const words = sql`'<p>Words of number ' || n || ', of two herons in the fog, and a third that nobody saw.</p>'`
  const uri = sql`'https://weft.example/posts/' || n`
  await sql`INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, published_at)
    SELECT n, ${uri}, true, ${me}, 'public', n, ${words}, now() - interval '100 days'
    FROM generate_series(10001, ${10_000 + POSTS}::int) AS n`.execute(db)
  await inChunks(
    (from, to) => sql`
      INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, published_at)
      SELECT ${FIRST}::int + n, ${uri}, false, 1 + n % ${PEOPLE}::int, 'public', ${FIRST}::int + n, ${words}, ${when}
      FROM generate_series(${from}::int, ${to}::int) AS n WHERE n % 5 = 0`,
  )
  await sql`INSERT INTO mention (post_id, account_id)
    SELECT id, ${me} FROM post WHERE id > ${FIRST}::int`.execute(db)
  await inChunks(
    (from, to) => sql`
      INSERT INTO notification (owner_id, id, kind, from_account_id, post_id, created_at)
      SELECT ${me}, ${idOf},
        CASE WHEN n % 5 = 0 THEN 'mention' WHEN n % 97 = 1 THEN 'follow' WHEN n % 5 = 4 THEN 'boost' ELSE 'like' END,
        1 + n % ${PEOPLE}::int,
        CASE WHEN n % 5 = 0 THEN ${FIRST}::int + n WHEN n % 97 = 1 THEN NULL ELSE 10001 + n / 20 % ${POSTS}::int END, ${when}
      FROM generate_series(${from}::int, ${to}::int) AS n ON CONFLICT DO NOTHING`,
  )
  for (const table of ['post', 'account', 'account_stat', 'follow', 'mention', 'notification'])
    await sql`VACUUM ANALYZE ${sql.table(table)}`.execute(db)
}

/** The server lets no statement run for long. */
async function inChunks(insert: (from: number, to: number) => RawBuilder<unknown>): Promise<void> {
  for (let from = 1; from <= ITEMS; from += 2000) await insert(from, Math.min(from + 1999, ITEMS)).execute(db)
}

import { type RawBuilder, sql } from 'kysely'
import type { LocalAccount } from '../src/domain/accounts/account.ts'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { appOf } from './support/app.ts'
import { verdict } from './support/machine.ts'
import { measurePages } from './support/pages.ts'
import { startBenchServer } from './support/server.ts'

// Somebody's home of 14,500 posts of 650 people whom they follow, over 16 connections: the newest page, as every app asks
// for it again and again, and pages from anywhere in it. Some posts have a picture, a hashtag, a mention, a boost around them.
const PEOPLE = 650
const POSTS = Number(process.env.ITEMS ?? 14_500)
/** Ids are made in such steps, from where no account of the server's own is. */
const FIRST = 1_000_000

await using server = await startBenchServer()
const { db, house } = server
const anna = await registerAccount(house.world, { name: 'anna' })
const headers = await appOf(server, anna)
const home = '/api/v1/timelines/home?limit=20'
console.log(`making ${POSTS.toLocaleString('en-US')} posts`)
await fill(anna)

const pages = {
  'the newest page': () => home,
  'any page': (n: number) => `${home}&max_id=${FIRST + 40 + ((n * 7919) % (POSTS - 40))}`,
}
for (const [what, pathOf] of Object.entries(pages)) {
  const { rate, p99, cpu } = await measurePages(server, headers, what, pathOf)
  verdict(`${what}, a second`, rate, rate >= 2400, '≥ 2,400')
  verdict(`${what}, p99`, p99, p99 <= 33, '≤ 33 ms')
  verdict(`${what}, CPU each`, cpu, cpu <= 0.42, '≤ 0.42 ms')
}

/** Made in the database itself: people elsewhere whom she follows, and what they said. */
async function fill({ id }: LocalAccount): Promise<void> {
  const me = sql`${id}::bigint`
  await sql`INSERT INTO account (id, local, uri, url, name, host, handle_verified, display_name, bio_html, avatar_url)
    SELECT n, false, 'https://h' || n % 50 || '.example/users/' || n, 'https://h' || n % 50 || '.example/@p' || n,
      'p' || n, 'h' || n % 50 || '.example', true, 'Person ' || n, '<p>Likes herons, fog, and number ' || n || '.</p>',
      'https://h' || n % 50 || '.example/avatars/' || n || '.png'
    FROM generate_series(1, ${PEOPLE}::int) AS n`.execute(db)
  await sql`INSERT INTO account_stat (account_id, posts, followers, following)
    SELECT n, 20 + n, 3 * n, n FROM generate_series(1, ${PEOPLE}::int) AS n`.execute(db)
  await sql`INSERT INTO follow (followed_id, follower_id, id, uri, state, followed_local, follower_local)
    SELECT n, ${me}, n, 'f' || n, 'accepted', false, true FROM generate_series(1, ${PEOPLE}::int) AS n`.execute(
    db,
  )
  await sql`INSERT INTO hashtag (name, display_name) VALUES ('birds', 'Birds')`.execute(db)
  const uri = sql`'https://h' || n % 50 || '.example/posts/' || n`
  await inChunks(
    (from, to) => sql`
      INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, published_at, boost_of_id, kind)
      SELECT ${FIRST}::int + n, ${uri}, false, 1 + n * 7 % ${PEOPLE}::int, 'public', ${FIRST}::int + n,
        CASE WHEN n % 10 = 9 THEN '' ELSE '<p>Words of number ' || n || ', of two herons in the fog over the river, of a third that nobody saw, and of what they said to each other when they thought that they were alone.</p>' END,
        '2026-01-01'::timestamptz + n * interval '1 minute', CASE WHEN n % 10 = 9 THEN ${FIRST}::int + n - 5 END,
        CASE WHEN n % 10 = 9 THEN 'boost' ELSE 'note' END
      FROM generate_series(${from}::int, ${to}::int) AS n`,
  )
  const some = (every: number, at: number) =>
    sql`generate_series(1, ${POSTS}::int) AS n WHERE n % ${every}::int = ${at}::int`
  await sql`INSERT INTO attachment (id, post_id, account_id, position, kind, url, media_type, description)
    SELECT n, ${FIRST}::int + n, 1 + n * 7 % ${PEOPLE}::int, 0, 'image', ${uri} || '.jpg', 'image/jpeg', 'A heron in the fog.'
    FROM ${some(5, 1)}`.execute(db)
  await sql`INSERT INTO post_hashtag (post_id, hashtag_id)
    SELECT ${FIRST}::int + n, (SELECT id FROM hashtag WHERE name = 'birds') FROM ${some(5, 2)}`.execute(db)
  await sql`INSERT INTO mention (post_id, account_id)
    SELECT ${FIRST}::int + n, 1 + n % ${PEOPLE}::int FROM ${some(5, 3)}`.execute(db)
  await sql`INSERT INTO post_stat (post_id, replies, likes, boosts)
    SELECT ${FIRST}::int + n, n % 3, n % 30, n % 7 FROM ${some(2, 0)}`.execute(db)
  await sql`INSERT INTO home_entry (owner_id, post_id, author_id)
    SELECT ${me}, id, account_id FROM post WHERE id > ${FIRST}::int`.execute(db)
  const tables = [
    'post',
    'account',
    'account_stat',
    'follow',
    'home_entry',
    'attachment',
    'mention',
    'post_stat',
    'post_hashtag',
  ]
  for (const table of tables) await sql`VACUUM ANALYZE ${sql.table(table)}`.execute(db)
}

/** The server lets no statement run for long. */
async function inChunks(insert: (from: number, to: number) => RawBuilder<unknown>): Promise<void> {
  for (let from = 1; from <= POSTS; from += 10_000)
    await insert(from, Math.min(from + 9_999, POSTS)).execute(db)
}

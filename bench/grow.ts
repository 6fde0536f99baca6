import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../src/db/connect.ts'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { appOf } from './support/app.ts'
import { crowdId, crowdTime, inBulk, makeCrowd } from './support/crowd.ts'
import { verdict } from './support/machine.ts'
import { measurePages } from './support/pages.ts'
import { startBenchServer } from './support/server.ts'

// The same pages while the server grows from 10,000 posts to 1,000,000, of 1,000 people of whom one follows 200: the home,
// a profile, a hashtag, and what is found by words that are said often, now and then, and seldom. 4 connections.
const SIZES = (process.env.SIZES ?? '10000,100000,1000000').split(',').map(Number)
const COUNT = Number(process.env.COUNT ?? 1000)
const PEOPLE = 1000
const FOLLOWED = 200
/** as many posts as a home holds */
const HOME = 800
const WIDTH = 4

await using server = await startBenchServer()
const { db, house } = server
const anna = await registerAccount(house.world, { name: 'anna' })
const me = sql`${anna.id}::bigint`
const headers = await appOf(server, anna)
await makeCrowd(db, PEOPLE)
await sql`INSERT INTO follow (followed_id, follower_id, id, uri, state, followed_local, follower_local)
  SELECT n, ${me}, n, 'f' || n, 'accepted', false, true FROM generate_series(1, ${FOLLOWED}::int) AS n`.execute(
  db,
)
await sql`INSERT INTO hashtag (name, display_name) VALUES ('birds', 'Birds')`.execute(db)

const pages: Readonly<Record<string, (n: number) => string>> = {
  home: () => '/api/v1/timelines/home?limit=20',
  profile: (n) => `/api/v1/accounts/${1 + (n % PEOPLE)}/statuses?limit=10`,
  tag: () => '/api/v1/timelines/tag/birds?limit=20',
  'search, a word of all': () => '/api/v2/search?q=river&type=statuses&limit=10',
  'search, of every fiftieth': (n) => `/api/v2/search?q=often${n % 50}&type=statuses&limit=10`,
  'search, of every three-hundredth': (n) => `/api/v2/search?q=now${n % 300}&type=statuses&limit=10`,
  'search, of ten': (n) => `/api/v2/search?q=seldom${n % 1000}&type=statuses&limit=10`,
}
const costs = new Map<string, number[]>()
let there = 0
for (const size of SIZES) {
  const began = performance.now()
  await inBulk(db, (bulk) => growTo(bulk, size))
  console.log(
    `\n${size.toLocaleString('en-US')} posts, made in ${Math.round((performance.now() - began) / 1000)} s`,
  )
  for (const [what, pathOf] of Object.entries(pages)) {
    const { cpu } = await measurePages(server, headers, what, pathOf, {
      count: COUNT,
      least: 1000,
      width: WIDTH,
    })
    costs.set(what, [...(costs.get(what) ?? []), cpu])
  }
}
for (const [what, [first = Number.NaN, ...rest]] of costs) {
  const ratio = (rest.at(-1) ?? Number.NaN) / first
  verdict(`${what}, CPU at the last size to the first`, ratio, ratio <= 1.5, '≤ 1.5')
}

/**
 * Made in the database itself, each post a second after the one before. Ten posts say each seldom word, whatever the
 * size: those of the first 10,000.
 */
async function growTo(bulk: Db, size: number): Promise<void> {
  const numbers = sql`generate_series(${there}::int, ${size - 1}::int) AS n`
  const words = [sql`'river'`, sql`'often' || n % 50`, sql`'now' || n % 300`, sql`'word' || n % 104729`]
  const seldom = sql`CASE WHEN n < 10000 THEN 'seldom' || n % 1000 ELSE 'fog' || n END`
  const all: RawBuilder<unknown>[] = [...words, seldom]
  await sql`
    INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, language, published_at)
    SELECT ${crowdId(sql`n`)}, 'https://h' || n % 50 || '.example/posts/' || n, false, 1 + n / 7 % ${PEOPLE}::int, 'public',
      ${crowdId(sql`n`)}, '<p>' || concat_ws(' ', ${sql.join(all)}) || ', two herons in the fog, and a third that nobody saw.</p>',
      'en', ${crowdTime(sql`n`)} FROM ${numbers}`.execute(bulk)
  await sql`
    INSERT INTO post_hashtag (post_id, hashtag_id) SELECT ${crowdId(sql`n`)}, (SELECT id FROM hashtag WHERE name = 'birds')
    FROM ${numbers} WHERE n % 20 = 0`.execute(bulk)
  // An index over all of it is made at once, in a fraction of the time.
  await sql`DROP INDEX post_search_words`.execute(bulk)
  const places = all.map((word, at) => sql`'''' || ${word} || ''':' || ${at + 1}::int`)
  await sql`
    INSERT INTO post_search (post_id, vector)
    SELECT ${crowdId(sql`n`)}, concat_ws(' ', ${sql.join(places)}, '''herons'':6')::tsvector FROM ${numbers}`.execute(
    bulk,
  )
  await sql`CREATE INDEX post_search_words ON post_search USING gin (vector,
    (ARRAY[post_id >> 32, post_id >> 36, post_id >> 40, post_id >> 44, post_id >> 48]))`.execute(bulk)
  await sql`DELETE FROM home_entry`.execute(bulk)
  await sql`
    INSERT INTO home_entry (owner_id, post_id, author_id)
    SELECT ${me}, id, account_id FROM post WHERE account_id <= ${FOLLOWED} ORDER BY id DESC LIMIT ${HOME}`.execute(
    bulk,
  )
  for (const table of [
    'post',
    'account',
    'account_stat',
    'follow',
    'home_entry',
    'post_hashtag',
    'post_search',
  ])
    await sql`VACUUM ANALYZE ${sql.table(table)}`.execute(bulk)
  there = size
}

import { type RawBuilder, sql } from 'kysely'
import type { AccountId, PostId } from '../src/base/ids.ts'
import { visibleTo } from '../src/domain/posts/audience.ts'
import { median, percentile, spread, verdict } from './support/machine.ts'
import { startBenchServer } from './support/server.ts'

// Who may see what, asked of PostgreSQL: 20 posts at once for one viewer, among 1,000,000 posts of 10,000 authors, with
// every kind of relation there is. The viewer follows, blocks, is blocked, is named, and refuses domains.
const POSTS = Number(process.env.POSTS ?? 1_000_000)
const AUTHORS = 10_000
const PAGE = 20
const PAGES = 300
const VIEWER = '1' as AccountId

await using server = await startBenchServer()
const { db } = server
console.log(`making ${POSTS.toLocaleString('en-US')} posts`)
await fill()

const pages = await Promise.all(Array.from({ length: PAGES }, (_, n) => pageOf(n)))
const plans: Plan[] = []
for (const [n, page] of pages.entries()) {
  const plan = await explain(page)
  // The first read what is on disk; a feed is read from memory.
  if (n >= 20) plans.push(plan)
}
const times = plans.map((plan) => plan['Execution Time'] + plan['Planning Time'])
const executing = plans.map((plan) => plan['Execution Time'])
console.log((await shown(pages[1] ?? [])).join('\n'))
console.log(`of ${PAGES * PAGE} posts ${await countSeen(pages)} may be seen`)
console.log(
  `20 posts, planning included: ${spread(times, 2)} ms; execution alone: ${spread(executing, 2)} ms`,
)
verdict('visibility of 20 posts', median(times), median(times) <= 1, '≤ 1 ms of PostgreSQL')
console.log(`p99 ${percentile(times, 0.99).toFixed(2)} ms`)
await measureReach()

interface Plan {
  readonly 'Execution Time': number
  readonly 'Planning Time': number
}

/** Made in the database itself: what it takes to ask is measured, not what it takes to write. */
async function fill(): Promise<void> {
  await sql`INSERT INTO account (id, local, uri, name, host)
    SELECT n, n = 1, 'https://h' || n % 500 || '.example/users/' || n, 'p' || n,
      CASE WHEN n = 1 THEN NULL ELSE 'h' || n % 500 || '.example' END
    FROM generate_series(1, ${AUTHORS}::int) AS n`.execute(db)
  await inChunks(
    (from, to) => sql`
      INSERT INTO post (id, uri, local, account_id, visibility, content_html, conversation_id, published_at)
      SELECT n, 'https://h.example/posts/' || n, false, 2 + (n::bigint * 7919) % ${AUTHORS - 1}::int,
        (ARRAY['public', 'public', 'unlisted', 'followers', 'direct'])[1 + n % 5], '<p>words</p>', n, now()
      FROM generate_series(${from}::int, ${to}::int) AS n`,
  )
  await sql`INSERT INTO follow (followed_id, follower_id, id, uri, state, followed_local, follower_local)
    SELECT n, 1, n, 'f' || n, 'accepted', false, true FROM generate_series(2, ${AUTHORS}::int, 3) AS n`.execute(
    db,
  )
  await inChunks(
    (from, to) => sql`
      INSERT INTO mention (post_id, account_id)
      SELECT n, CASE WHEN n % 40 = 0 THEN 1 ELSE 2 + n % ${AUTHORS - 1}::int END
      FROM generate_series(${from}::int, ${to}::int) AS n WHERE n % 5 = 0`,
  )
  await sql`INSERT INTO block (account_id, target_id, id, uri, created_at)
    SELECT CASE WHEN n % 2 = 0 THEN 1 ELSE n END, CASE WHEN n % 2 = 0 THEN n ELSE 1 END, n, 'b' || n, now()
    FROM generate_series(10, ${AUTHORS}::int, 13) AS n`.execute(db)
  await sql`INSERT INTO user_domain_block (account_id, domain, created_at)
    SELECT 1, 'h' || n || '.example', now() FROM generate_series(0, 19) AS n`.execute(db)
  await sql`UPDATE account SET suspended_at = now() WHERE id % 97 = 0`.execute(db)
  for (const table of ['post', 'account', 'follow', 'mention', 'block', 'user_domain_block'])
    await sql`VACUUM ANALYZE ${sql.table(table)}`.execute(db)
}

/** The server lets no statement run for long. */
async function inChunks(insert: (from: number, to: number) => RawBuilder<unknown>): Promise<void> {
  for (let from = 1; from <= POSTS; from += 25_000) {
    await insert(from, Math.min(from + 24_999, POSTS)).execute(db)
  }
}

/** Posts as a feed holds them: neighbours in time, of many authors. */
async function pageOf(n: number): Promise<PostId[]> {
  const step = Math.floor(POSTS / PAGES)
  return Array.from({ length: PAGE }, (_, at) => String(1 + n * step + at * 3) as PostId)
}

function query(ids: readonly PostId[]) {
  return db
    .selectFrom('post')
    .select('post.id')
    .where('post.id', '=', sql<PostId>`any(${ids}::bigint[])`)
    .where(visibleTo({ accountId: VIEWER }))
}

async function explain(ids: readonly PostId[]): Promise<Plan> {
  const [row] = await query(ids).explain<{ 'QUERY PLAN': Plan[] }>('json', sql`analyze`)
  const [plan] = row?.['QUERY PLAN'] ?? []
  if (!plan) throw new Error('no plan')
  return plan
}

async function shown(ids: readonly PostId[]): Promise<string[]> {
  const rows = await query(ids).explain<{ 'QUERY PLAN': string }>('text', sql`analyze, costs off, buffers`)
  return rows.map((row) => row['QUERY PLAN'])
}

async function countSeen(all: readonly PostId[][]): Promise<number> {
  const rows = await query(all.flat()).execute()
  return rows.length
}

/** What it takes to remember where posts went: a row for each post and inbox, beside the packed sets. */
async function measureReach(): Promise<void> {
  const { packNumbers } = await import('../src/base/deltas.ts')
  const posts = 1000
  const inboxes = 1000
  await sql`CREATE TABLE pair (post_id bigint, inbox_id int, PRIMARY KEY (post_id, inbox_id))`.execute(db)
  const sizeOf = async (table: string) => {
    const { rows } = await sql<{
      size: string
    }>`SELECT pg_total_relation_size(${table}::regclass) AS size`.execute(db)
    return Number(rows[0]?.size)
  }
  let began = performance.now()
  for (let from = 1; from <= posts; from += 50) {
    await sql`INSERT INTO pair SELECT p, 1 + (i * 37) % 40000 FROM generate_series(${from}::int, ${from + 49}::int) AS p,
      generate_series(1, ${inboxes}::int) AS i`.execute(db)
  }
  console.log(
    `1,000,000 rows of a table of pairs: ${(await sizeOf('pair')) / 2 ** 20} MiB, ${Math.round(performance.now() - began)} ms`,
  )
  const set = packNumbers(Array.from({ length: inboxes }, (_, i) => 1 + (((i + 1) * 37) % 40_000)))
  began = performance.now()
  for (let n = 1; n <= posts; n++)
    await db
      .insertInto('reach')
      .values({ subject: String(n), inboxes: set })
      .execute()
  console.log(
    `the same in ${posts} packed sets: ${(await sizeOf('reach')) / 2 ** 20} MiB, ${Math.round(performance.now() - began)} ms, ${set.length} bytes each`,
  )
}

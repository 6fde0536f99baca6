import { type RawBuilder, sql } from 'kysely'
import { Client } from 'undici'
import type { LocalAccount } from '../src/domain/accounts/account.ts'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { appOf } from './support/app.ts'
import { verdict } from './support/machine.ts'
import { measurePages } from './support/pages.ts'
import { startBenchServer } from './support/server.ts'

// Somebody's app turns the pages of an inbox and of an outbox of 100,000 items each, over 16 connections: the first pages,
// as whoever opens an app does, and pages deep down, each another one. 5 rounds after one of warming up.
const ITEMS = Number(process.env.ITEMS ?? 100_000)
const WIDTH = 16
const AUTHORS = 1000
/** Ids are made in such steps, from where no account of the server's own is. */
const FIRST = 1_000_000

await using server = await startBenchServer()
const { db, house } = server
const { uris } = house.world
const anna = await registerAccount(house.world, { name: 'anna' })
const headers = await appOf(server, anna)
const inbox = new URL(uris.inbox(anna.id)).pathname
const outbox = new URL(uris.outbox(anna.id)).pathname
// From then on what comes is kept.
await pageAt(`${inbox}?cursor=first`)
console.log(`making ${ITEMS.toLocaleString('en-US')} items of each`)
await fill(anna)
// How a post is written is made ready when it comes; these did not come by that way, so they are read through once.
await readThrough(FIRST + 3 * ITEMS)

for (const [name, path, ids] of [
  ['inbox', inbox, FIRST + 3 * ITEMS],
  ['outbox', outbox, FIRST + 2 * ITEMS],
] as const) {
  const deep = (n: number) => `${path}?cursor=n${ids + 1000 + ((n * 7919) % (ITEMS - 2000))}`
  const near = (n: number) =>
    n % 2 === 0 ? `${path}?cursor=first` : `${path}?cursor=n${ids + ITEMS - 20 - (n % 200)}`
  const first = await measurePages(server, headers, `${name}, first pages`, near)
  const last = await measurePages(server, headers, `${name}, deep pages`, deep)
  verdict(`${name}, first pages p99`, first.p99, first.p99 <= 15, '≤ 15 ms')
  verdict(`${name}, deep pages p99`, last.p99, last.p99 <= 15, '≤ 15 ms')
  const ratio = last.cpu / first.cpu
  verdict(`${name}, deep to first pages, CPU`, ratio, ratio <= 1.25, 'as fast: ≤ 1.25')
}

async function readThrough(ids: number): Promise<void> {
  let at = ids
  const one = async () => {
    const client = new Client(server.origin)
    for (let key = at; key < ids + ITEMS; key = at) {
      at += 20
      await (await client.request({ method: 'GET', path: `${inbox}?cursor=n${key}`, headers })).body.dump()
    }
    await client.close()
  }
  await Promise.all(Array.from({ length: WIDTH }, one))
}

async function pageAt(path: string): Promise<void> {
  const answer = await fetch(server.origin + path, { headers })
  if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`)
}

/** Made in the database itself: posts of a thousand people that came to Anna, and what she said, for all and for followers. */
async function fill({ id }: LocalAccount): Promise<void> {
  const me = sql`${id}::bigint`
  await sql`INSERT INTO account (id, local, uri, name, host, handle_verified)
    SELECT n, false, 'https://h' || n % 50 || '.example/users/' || n, 'p' || n, 'h' || n % 50 || '.example', true
    FROM generate_series(1, ${AUTHORS}::int) AS n`.execute(db)
  await sql`INSERT INTO follow (followed_id, follower_id, id, uri, state, followed_local, follower_local)
    SELECT n, ${me}, n, 'f' || n, 'accepted', false, true FROM generate_series(1, ${AUTHORS}::int) AS n`.execute(
    db,
  )
  const text = sql`'<p>Words of number ' || n || ', of two herons in the fog, and a third that nobody saw.</p>'`
  const when = sql`'2026-01-01'::timestamptz + n * interval '1 minute'`
  await inChunks(
    (from, to) => sql`
      INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, published_at)
      SELECT ${FIRST}::int + n, 'https://h' || n % 50 || '.example/posts/' || n, false, 1 + n % ${AUTHORS}::int, 'public', n,
        ${text}, ${when} FROM generate_series(${from}::int, ${to}::int) AS n`,
  )
  await inChunks(
    (from, to) => sql`
      INSERT INTO inbox_item (owner_id, id, uri, actor_id, kind, post_id, created_at)
      SELECT ${me}, ${FIRST + 3 * ITEMS}::int + n, 'https://h' || n % 50 || '.example/posts/' || n || '/create',
        1 + n % ${AUTHORS}::int, 'Create', ${FIRST}::int + n, ${when}
      FROM generate_series(${from}::int, ${to}::int) AS n`,
  )
  const post = `${uris.origin}/ap/posts/`
  const said = `${uris.origin}/ap/activities/`
  await inChunks(
    (from, to) => sql`
      INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, published_at)
      SELECT ${FIRST + ITEMS}::int + n, ${post} || ${FIRST + ITEMS}::int + n, true, ${me},
        CASE WHEN n % 2 = 0 THEN 'public' ELSE 'followers' END, n, ${text}, ${when}
      FROM generate_series(${from}::int, ${to}::int) AS n`,
  )
  await inChunks(
    (from, to) => sql`
      INSERT INTO activity (id, account_id, kind, post_id, public, body)
      SELECT ${FIRST + 2 * ITEMS}::int + n, ${me}, 'Create', ${FIRST + ITEMS}::int + n, n % 2 = 0,
        json_build_object('id', ${said} || ${FIRST + 2 * ITEMS}::int + n, 'type', 'Create', 'actor', ${uris.actor(id)}::text,
          'published', ${when}, 'object', json_build_object('id', ${post} || ${FIRST + ITEMS}::int + n, 'type', 'Note',
            'attributedTo', ${uris.actor(id)}::text, 'content', ${text}))::text
      FROM generate_series(${from}::int, ${to}::int) AS n`,
  )
  for (const table of ['post', 'account', 'follow', 'inbox_item', 'inbox_count', 'activity'])
    await sql`VACUUM ANALYZE ${sql.table(table)}`.execute(db)
}

/** The server lets no statement run for long. */
async function inChunks(insert: (from: number, to: number) => RawBuilder<unknown>): Promise<void> {
  for (let from = 1; from <= ITEMS; from += 10_000)
    await insert(from, Math.min(from + 9_999, ITEMS)).execute(db)
}

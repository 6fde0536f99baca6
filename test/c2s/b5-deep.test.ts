import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/* c2s.md b5: long lists are read by key, so the last page costs what the first one does. */

/** Every statement that is sent. */
const sent: { readonly text: string; readonly values: readonly unknown[] }[] = []
const { query } = pg.Client.prototype
pg.Client.prototype.query = function (this: pg.Client, ...args: never[]) {
  const first = args[0] as unknown as string | { text?: string; values?: unknown[] }
  const values = (typeof first === 'string' ? args[1] : first.values) as unknown as unknown[] | undefined
  sent.push({ text: typeof first === 'string' ? first : (first.text ?? ''), values: values ?? [] })
  return Reflect.apply(query, this, args)
} as typeof query

const MANY = 20_000
let whole: Whole
let anna: LocalAccount
let reader: LocalAccount
const tokens: Record<string, string> = {}

beforeAll(async () => {
  whole = await startWhole()
  anna = await personHere(whole.world, 'anna')
  reader = await personHere(whole.world, 'reader')
  for (const who of [anna, reader]) tokens[who.id] = await tokenFor(whole.world, who)
  const me = sql`${anna.id}::bigint`
  const { db } = whole
  await sql`
    INSERT INTO account (id, local, uri, name, host, handle_verified)
    SELECT n, false, 'https://far.test/users/' || n, 'fan' || n, 'far.test', true FROM generate_series(1, ${MANY}::int) AS n`.execute(
    db,
  )
  await sql`
    INSERT INTO follow (followed_id, follower_id, id, uri, state, followed_local, follower_local)
    SELECT ${me}, n, 1000000 + n, 'https://far.test/follows/' || n, 'accepted', true, false
    FROM generate_series(1, ${MANY}::int) AS n`.execute(db)
  await sql`
    INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, published_at)
    SELECT n, ${`${ORIGIN}/ap/posts/`} || n, true, ${me}, CASE WHEN n % 2 = 0 THEN 'public' ELSE 'followers' END, n,
      '<p>' || n || '</p>', '2026-01-01'::timestamptz + n * interval '1 minute'
    FROM generate_series(1, ${MANY}::int) AS n`.execute(db)
  await sql`
    INSERT INTO activity (id, account_id, kind, post_id, public, body)
    SELECT ${MANY}::int + n, ${me}, 'Create', n, n % 2 = 0,
      json_build_object('id', ${`${ORIGIN}/ap/activities/`} || (${MANY}::int + n), 'type', 'Create')::text
    FROM generate_series(1, ${MANY}::int) AS n`.execute(db)
  await sql`
    INSERT INTO reaction (post_id, account_id, emoji, id, uri)
    SELECT ${MANY}::int, n, NULL, n, 'https://far.test/likes/' || n FROM generate_series(1, ${MANY}::int) AS n`.execute(
    db,
  )
  await sql`
    INSERT INTO reaction (post_id, account_id, emoji, id, uri)
    SELECT n, ${me}, NULL, 1000000 + n, ${`${ORIGIN}/ap/activities/9`} || n FROM generate_series(1, ${MANY - 1}::int) AS n`.execute(
    db,
  )
  await sql`VACUUM ANALYZE`.execute(db)
}, 120_000)
afterAll(async () => {
  pg.Client.prototype.query = query
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

async function statementsOf(path: string, who: LocalAccount | undefined) {
  const headers = { accept: 'application/activity+json', ...(who && bearing(tokens[who.id] as string)) }
  // Once, so that the token is known.
  await whole.ask(path, { headers })
  sent.length = 0
  const { status, text } = await whole.ask(path, { headers })
  expect([path, status]).toEqual([path, 200])
  const page = JSON.parse(text)
  return {
    statements: sent.filter(
      ({ text }) => /^\s*(?:SELECT|WITH)/i.test(text) && !/pg_|FROM job|errand|lane|inbound/.test(text),
    ),
    page,
  }
}

/** Rows that a statement has to look at, from what PostgreSQL says it did. */
async function looked(text: string, values: readonly unknown[]): Promise<number> {
  const client = new pg.Client({ connectionString: whole.url })
  await client.connect()
  try {
    const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values as unknown[])
    let most = 0
    const walk = (node: Record<string, unknown>) => {
      const seen = Number(node['Actual Rows'] ?? 0) + Number(node['Rows Removed by Filter'] ?? 0)
      most = Math.max(most, seen)
      for (const child of (node.Plans ?? []) as Record<string, unknown>[]) walk(child)
    }
    walk(rows[0]['QUERY PLAN'][0].Plan)
    return most
  } finally {
    await client.end()
  }
}

const lists = () =>
  [
    [`/ap/actors/${anna.id}/outbox`, anna, MANY + MANY / 2],
    [`/ap/actors/${anna.id}/outbox`, reader, MANY + MANY / 2],
    [`/ap/actors/${anna.id}/outbox`, undefined, MANY / 2],
    [`/ap/actors/${anna.id}/followers`, anna, 1_000_000 + MANY / 2],
    [`/ap/actors/${anna.id}/followers`, undefined, 1_000_000 + MANY / 2],
    [`/ap/actors/${anna.id}/liked`, anna, 1_000_000 + MANY / 2],
    [`/ap/posts/${MANY}/likes`, anna, MANY / 2],
    [`/ap/posts/${MANY}/likes`, undefined, MANY / 2],
  ] as const

describe('a page of a long list', () => {
  test('costs the same statements wherever it is, and however much is on it', async () => {
    for (const [path, who, middle] of lists()) {
      const [first, deep, short, last] = [
        await statementsOf(`${path}?cursor=first`, who),
        await statementsOf(`${path}?cursor=${middle}`, who),
        await statementsOf(`${path}?cursor=${middle - Math.floor(MANY / 2) + 4}`, who),
        await statementsOf(`${path}?cursor=last`, who),
      ]
      const counts = [first, deep, short, last].map(({ statements }) => statements.length)
      expect(Math.max(...counts), `${path} ${who?.name}: ${counts}`).toBeLessThanOrEqual(22)
      // What is on a page is asked for all at once; a public first page is kept ready and costs nothing.
      const cost = Math.max(...counts.slice(1)) - Math.min(...counts.slice(1))
      expect(cost, `${path} ${who?.name}: ${counts}`).toBeLessThanOrEqual(1)
      expect(deep.page.orderedItems.length).toBeGreaterThanOrEqual(20)
      expect(short.page.orderedItems.length).toBeLessThan(20)
    }
  })

  test('looks at no more than it shows', async () => {
    for (const [path, who, middle] of lists()) {
      const { statements } = await statementsOf(`${path}?cursor=${middle}`, who)
      for (const { text, values } of statements) {
        const rows = await looked(text, values)
        expect(rows, `${path} ${who?.name}: ${text}`).toBeLessThan(200)
      }
    }
  }, 60_000)

  test('of one’s own outbox is one statement', async () => {
    const { statements } = await statementsOf(`/ap/actors/${anna.id}/outbox?cursor=${MANY + 500}`, anna)
    expect(statements.map(({ text }) => text)).toEqual([expect.stringMatching(/FROM activity/)])
  })
})

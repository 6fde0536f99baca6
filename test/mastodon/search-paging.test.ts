import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import { updateAccount } from '../../src/domain/accounts/update.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { type Fields, type Toot, tootAs } from '../support/mastodon/client.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot
beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
  await updateAccount(server.world, bob.account, { indexable: true })
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

let word = 0
const steps = fc.record({
  limit: fc.integer({ min: 1, max: 6 }),
  before: fc.integer({ min: 1, max: 14 }),
  meanwhile: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
  /** how many of ten are for followers alone, which ada is none of */
  hidden: fc.integer({ min: 0, max: 6 }),
})
const byId = (ids: readonly PostId[]) => ids.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))

/** Somebody who goes on talking of one thing, in whatever script; ids only of what ada may find. */
function talker(hidden: number) {
  word += 1
  const said = word % 2 === 0 ? `heron${word}` : `東京都庁${word}`
  const talk = async (n: number): Promise<PostId[]> => {
    const ids = await Promise.all(
      Array.from({ length: n }, async (_, i) => {
        const secret = (i * 7) % 10 < hidden
        const visibility = secret ? ('followers' as const) : ('public' as const)
        const id = await publishPost(server.world, bob.account, { text: `${said} ${i}`, visibility })
        return secret ? [] : [id]
      }),
    )
    return ids.flat()
  }
  return { said, talk }
}

async function found(q: string, more: Fields): Promise<PostId[]> {
  const { status, json, text } = await ada.get('/api/v2/search', { q, type: 'statuses', ...more })
  expect(status, text).toBe(200)
  return json.statuses.map(({ id }: { id: PostId }) => id)
}

describe('pages of what is found while others go on writing', () => {
  test('by ids, down and up: nothing is lost and nothing comes twice', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async ({ limit, before, meanwhile, hidden }) => {
        const { said, talk } = talker(hidden)
        const old = byId(await talk(before))
        const down: PostId[] = []
        const more: PostId[] = []
        for (let page = 0; page < 40; page += 1) {
          const writing = talk(meanwhile[page % meanwhile.length] ?? 0)
          const last = down.at(-1) ?? (BigInt(old.at(-1) ?? 1) + 1n).toString()
          const ids = await found(said, { limit, max_id: last })
          more.push(...(await writing))
          if (ids.length === 0) break
          down.push(...ids)
        }
        expect(down).toEqual(old.toReversed())
        const up: PostId[] = []
        for (let page = 0; page < 100; page += 1) {
          const ids = await found(said, { limit, min_id: up.at(-1) ?? '1' })
          if (ids.length === 0) break
          up.push(...ids.toReversed())
        }
        expect(up).toEqual([...old, ...byId(more)])
      }),
      { numRuns: 8 },
    )
  }, 60_000)

  test('by how many came before, beneath one id: the same', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async ({ limit, before, meanwhile, hidden }) => {
        const { said, talk } = talker(hidden)
        const old = byId(await talk(before))
        const max = (BigInt(old.at(-1) ?? 1) + 1n).toString()
        const seen: PostId[] = []
        for (let page = 0; page < 40; page += 1) {
          const writing = talk(meanwhile[page % meanwhile.length] ?? 0)
          const ids = await found(said, { limit, offset: seen.length, max_id: max })
          await writing
          if (ids.length === 0) break
          seen.push(...ids)
        }
        expect(seen).toEqual(old.toReversed())
      }),
      { numRuns: 5 },
    )
  }, 60_000)

  test('by how many came before alone: nothing is lost, and what goes is not told', async () => {
    const { said, talk } = talker(0)
    const old = byId(await talk(9))
    const seen: PostId[] = []
    for (let page = 0; page < 10; page += 1) {
      const ids = await found(said, { limit: 2, offset: page * 2 })
      if (ids.length === 0) break
      seen.push(...ids)
      await talk(1)
    }
    expect(byId([...new Set(seen)].filter((id) => old.includes(id)))).toEqual(old)
    const gone = old[4] as PostId
    await removePost(server.world, bob.account, gone)
    expect(await found(said, { limit: 40 })).not.toContain(gone)
  })

  test('what few may find among what many say is found however far back, in both directions', async () => {
    // Said by bob, who does not want to be found by it, and now and then by ada.
    await updateAccount(server.world, bob.account, { indexable: false })
    const rows = 3000
    await sql`
      INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, published_at)
      SELECT n, 'https://weft.test/ap/posts/' || n, true,
        CASE WHEN n % 700 = 0 THEN ${ada.account.id}::bigint ELSE ${bob.account.id}::bigint END, 'public', n, '<p>dunlin</p>',
        '2020-01-01'::timestamptz FROM generate_series(1, ${rows}::int) AS n`.execute(server.db)
    await sql`INSERT INTO post_search (post_id, vector) SELECT n, '''dunlin'':1' FROM generate_series(1, ${rows}::int) AS n`.execute(
      server.db,
    )
    const own = ['2800', '2100', '1400', '700']
    expect(await found('dunlin', {})).toEqual(own)
    expect(await found('dunlin', { limit: 2 })).toEqual(own.slice(0, 2))
    expect(await found('dunlin', { limit: 2, offset: 2 })).toEqual(own.slice(2))
    expect(await found('dunlin', { limit: 2, max_id: 2100 })).toEqual(own.slice(2))
    expect(await found('dunlin', { limit: 2, min_id: 1 })).toEqual(own.slice(2))
    expect(await found('dunlin', { min_id: 700, max_id: 2800 })).toEqual(own.slice(1, 3))
    expect(await found('dunlin', { since_id: 1400 })).toEqual(own.slice(0, 2))
    expect(await found('dunlin from:ada', { limit: 3 })).toEqual(own.slice(0, 3))
    expect(await found('dunlin -from:ada', {})).toEqual([])
    expect(await found('dunlin in:library before:2020-01-02', {})).toEqual(own)
    await updateAccount(server.world, bob.account, { indexable: true })
    expect(await found('dunlin -from:ada', { limit: 2 })).toEqual(['3000', '2999'])
  })

  test('words that are said now and then are found the same way among very many posts', async () => {
    await updateAccount(server.world, bob.account, { indexable: true })
    await sql`
      INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, published_at)
      SELECT 10000 + n, 'https://weft.test/ap/posts/k' || n, true, ${bob.account.id}::bigint, 'public', n, '<p>knot</p>',
        '2020-01-01'::timestamptz FROM generate_series(1, 6000) AS n`.execute(server.db)
    await sql`INSERT INTO post_search (post_id, vector)
      SELECT 10000 + n, CASE WHEN n % 500 = 0 THEN '''knot'':1' ELSE '''sand'':1' END::tsvector
      FROM generate_series(1, 6000) AS n`.execute(server.db)
    const knots = Array.from({ length: 12 }, (_, n) => String(16_000 - 500 * n))
    const pages = async () => {
      expect(await found('knot', { limit: 5 })).toEqual(knots.slice(0, 5))
      expect(await found('knot', { limit: 5, offset: 5 })).toEqual(knots.slice(5, 10))
      expect(await found('knot', { limit: 5, max_id: knots[4] })).toEqual(knots.slice(5, 10))
      expect(await found('knot', { limit: 5, min_id: knots[8] })).toEqual(knots.slice(3, 8))
      expect(await found('knot', { limit: 40 })).toEqual(knots)
    }
    await pages()
    await sql`UPDATE pg_class SET reltuples = 1e9 WHERE oid = 'post_search'::regclass`.execute(server.db)
    await pages()
  })
})

import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import { updateAccount } from '../../src/domain/accounts/update.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { forgetPlaces } from '../../src/domain/search/places.ts'
import { searchQueryFrom } from '../../src/text/search-query.ts'
import { type PostSearch, searchPosts } from '../../src/views/search.ts'
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

  test('by how many came before alone: nothing is lost, nothing comes twice, and what goes is not told', async () => {
    const turns = fc.record({
      limit: fc.integer({ min: 1, max: 5 }),
      before: fc.integer({ min: 1, max: 14 }),
      more: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
      /** which of what was there goes while the pages are read, seen or not */
      going: fc.array(fc.nat({ max: 13 }), { maxLength: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(turns, async ({ limit, before, more, going }) => {
        const { said, talk } = talker(0)
        const old = byId(await talk(before))
        const goes = [...new Set(going.flatMap((n) => old[n] ?? []))]
        const seen: PostId[] = []
        for (let page = 0; page < 40; page += 1) {
          const writing = talk(more[page % more.length] ?? 0)
          const gone = goes[page]
          const going = gone === undefined ? undefined : removePost(server.world, bob.account, gone)
          const ids = await found(said, { limit, offset: seen.length })
          await Promise.all([writing, going])
          // The first page is of whenever it was read; what came after is not in the others.
          if (ids.length === 0) break
          seen.push(...ids)
        }
        expect(seen).toEqual(byId([...new Set(seen)]).toReversed())
        expect(seen).toEqual(expect.arrayContaining(old.filter((id) => !goes.includes(id))))
        const [newest = '0'] = seen
        expect(seen.filter((id) => BigInt(id) > BigInt(newest))).toEqual([])
        for (const id of goes.slice(0, 1))
          if (!old.slice(-limit).includes(id)) expect(await found(said, { limit: 40 })).not.toContain(id)
      }),
      { numRuns: 12 },
    )
  }, 120_000)

  test('a list that is read anew begins with what is new; the same page is the same again', async () => {
    const { said, talk } = talker(0)
    const old = byId(await talk(6)).toReversed()
    expect(await found(said, { limit: 2 })).toEqual(old.slice(0, 2))
    const more = byId(await talk(2)).toReversed()
    expect(await found(said, { limit: 2, offset: 2 })).toEqual(old.slice(2, 4))
    expect(await found(said, { limit: 2, offset: 2 })).toEqual(old.slice(2, 4))
    expect(await found(said, { limit: 3, offset: 1 })).toEqual(old.slice(1, 4))
    expect(await found(said, { limit: 2, offset: 4 })).toEqual(old.slice(4))
    expect(await found(said, { limit: 2, offset: 6 })).toEqual([])
    expect(await found(said, { limit: 2 })).toEqual(more)
    expect(await found(said, { limit: 2, offset: 2 })).toEqual(old.slice(0, 2))
    // Where nobody goes on for long, what is known is forgotten, and counted anew.
    await talk(1)
    await sql`UPDATE search_place SET expires_at = ${server.clock.now()}`.execute(server.db)
    expect(await found(said, { limit: 2, offset: 2 })).toEqual([more[1], old[0]])
    await sql`UPDATE search_place SET expires_at = ${server.clock.now()}`.execute(server.db)
    await forgetPlaces(server.world)
    const { rows } = await sql`SELECT 1 FROM search_place`.execute(server.db)
    expect(rows).toEqual([])
  })

  test('from old to new by how many came before: the same', async () => {
    const { said, talk } = talker(0)
    const old = byId(await talk(5))
    expect(await found(said, { limit: 2, min_id: '1' })).toEqual(old.slice(0, 2).toReversed())
    await removePost(server.world, bob.account, old[0] as PostId)
    expect(await found(said, { limit: 2, min_id: '1', offset: 2 })).toEqual(old.slice(2, 4).toReversed())
    expect(await found(said, { limit: 2, min_id: '1', offset: 4 })).toEqual(old.slice(4))
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

  describe('among so many posts that no word is looked up in all of them', () => {
    const ALL = 40_000
    /** every so many posts say a word */
    const SAID = { knot: 5, plover: 100, snipe: 1000, whimbrel: 20_000 }
    /** each is said a second after the one before */
    const idOf = (n: number) => ((BigInt(Date.UTC(2020, 0, 1)) + BigInt(n) * 1000n) << 16n).toString()
    const id = sql`((${Date.UTC(2020, 0, 1)}::bigint + n * 1000::bigint) << 16)`
    beforeAll(async () => {
      await updateAccount(server.world, bob.account, { indexable: true })
      await sql`
        INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, published_at, language,
          in_reply_to_uri, sensitive)
        SELECT ${id}, 'https://weft.test/ap/posts/k' || n, true, ${bob.account.id}::bigint, 'public', n, '<p>birds</p>',
          '2020-01-01'::timestamptz, CASE WHEN n % 7000 = 0 THEN 'pt-BR' ELSE 'en' END,
          CASE WHEN n % 3000 = 0 THEN 'https://away.test/1' END, n % 4000 = 0
        FROM generate_series(1, ${ALL}::int) AS n`.execute(server.db)
      await sql`INSERT INTO post_search (post_id, vector)
        SELECT ${id}, concat_ws(' ', '''sand'':1',
          CASE WHEN n % ${SAID.knot}::int = 0 THEN '''knot'':2' END, CASE WHEN n % ${SAID.plover}::int = 0 THEN '''plover'':3' END,
          CASE WHEN n % ${SAID.snipe}::int = 0 THEN '''snipe'':4' END,
          CASE WHEN n % ${SAID.whimbrel}::int = 0 THEN '''whimbrel'':5' END,
          CASE WHEN n % 50 = 7 THEN '''鴫千'':6 ''千鳥'':7' END)::tsvector
        FROM generate_series(1, ${ALL}::int) AS n`.execute(server.db)
      await sql`VACUUM ANALYZE post, post_search`.execute(server.db)
    }, 120_000)
    const numbersOf = (word: string) =>
      Array.from({ length: ALL / SAID[word as keyof typeof SAID] }, (_, n) =>
        idOf(SAID[word as keyof typeof SAID] * (n + 1)),
      ).toReversed()

    // What was counted is kept for a while: so each of these asks as a process that has just begun.
    const fresh = (q: string, more: Partial<PostSearch>) => {
      const { words, sought, terms } = searchQueryFrom(q)
      const rest = terms.flatMap((term) => (term.by === 'from' ? [] : [term]))
      return searchPosts(server.db.withTables(), ada.account.id, {
        limit: 20,
        offset: 0,
        from: [],
        words,
        sought,
        terms: rest,
        ...more,
      })
    }

    test.each(Object.keys(SAID))('%s: the same pages, down and up', async (word) => {
      const all = numbersOf(word)
      expect(await fresh(word, { limit: 5 })).toEqual(all.slice(0, 5))
      expect(await fresh(word, { limit: 5, offset: 5 })).toEqual(all.slice(5, 10))
      expect(await fresh(word, { limit: 40 })).toEqual(all.slice(0, 40))
      const middle = all[Math.floor(all.length / 2)] as string
      const at = all.indexOf(middle)
      expect(await fresh(word, { limit: 5, maxId: middle })).toEqual(all.slice(at + 1, at + 6))
      expect(await fresh(word, { limit: 5, sinceId: middle })).toEqual(all.slice(0, at).slice(0, 5))
      expect(await fresh(word, { limit: 5, minId: middle })).toEqual(all.slice(0, at).slice(-5))
      expect(await fresh(word, { limit: 5, minId: '1' })).toEqual(all.slice(-5))
    })

    test('words that are seldom said together, in a row, or not', async () => {
      expect(await fresh('knot snipe', { limit: 3 })).toEqual(numbersOf('snipe').slice(0, 3))
      expect(await fresh('"plover snipe"', { limit: 3 })).toEqual(numbersOf('snipe').slice(0, 3))
      expect(await fresh('"snipe plover"', { limit: 3 })).toEqual([])
      expect(await fresh('plover -snipe', { limit: 9 })).toEqual(
        numbersOf('plover')
          .filter((id) => !numbersOf('snipe').includes(id))
          .slice(0, 9),
      )
      expect(await fresh('knot -sand', { limit: 3 })).toEqual([])
      expect(await fresh('千', { limit: 2 })).toEqual([idOf(39_957), idOf(39_907)])
      expect(await fresh('千鳥', { limit: 2, maxId: idOf(39_957) })).toEqual([idOf(39_907), idOf(39_857)])
    })

    test('what is looked for without words, or by words and more', async () => {
      const every = (n: number) =>
        Array.from({ length: Math.floor(ALL / n) }, (_, at) => idOf(n * (at + 1))).toReversed()
      expect(await fresh('language:pt', {})).toEqual(every(7000))
      expect(await fresh('language:pt-br', { minId: idOf(10_000), limit: 1 })).toEqual([idOf(14_000)])
      expect(await fresh('is:reply', { limit: 3 })).toEqual(every(3000).slice(0, 3))
      expect(await fresh('is:sensitive', { limit: 3, maxId: idOf(ALL) })).toEqual(every(4000).slice(1, 4))
      expect(await fresh('is:sensitive -is:reply plover', { limit: 2 })).toEqual([idOf(ALL), idOf(32_000)])
      expect(await fresh('-sand', {})).not.toContain(idOf(ALL))
      expect(await fresh('knot', { limit: 2, from: [{ accountId: bob.account.id, not: false }] })).toEqual([
        idOf(ALL),
        idOf(39_995),
      ])
      expect(await fresh('in:library', { maxId: idOf(ALL + 1) })).toEqual(['2800', '2100', '1400', '700'])
    })

    test('all is found by indexes, however often it is said', async () => {
      const rows = await looked(() => fresh('knot', { limit: 20 }))
      expect(rows).toBeLessThan(2500)
      for (const q of [
        'language:pt',
        'is:sensitive',
        'has:poll',
        'has:audio',
        'is:quote',
        'in:library',
        'has:link',
      ])
        expect(await looked(() => fresh(q, {})), q).toBeLessThan(2500)
    })

    /** How many posts and words of posts PostgreSQL read for it. */
    async function looked(work: () => Promise<unknown>): Promise<number> {
      const read = () =>
        server.db.connection().execute(async (one) => {
          await sql`SELECT pg_stat_force_next_flush()`.execute(one)
          const { rows } = await sql<{ n: string }>`SELECT sum(idx_tup_fetch + seq_tup_read) AS n
            FROM pg_stat_user_tables WHERE relname IN ('post', 'post_search', 'attachment', 'reaction')`.execute(
            one,
          )
          return Number(rows[0]?.n)
        })
      const flush = () =>
        Promise.all(
          Array.from({ length: 8 }, () =>
            sql`SELECT pg_stat_force_next_flush(), pg_sleep(0.05)`.execute(server.db),
          ),
        )
      await flush()
      const before = await read()
      await work()
      await flush()
      return (await read()) - before
    }
  })
})

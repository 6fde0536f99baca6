import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { muteAccount } from '../../src/domain/blocks/mute.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import { type ApiReply, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/*
 * The lists that are in another order than posts: each page is asked for while more comes in, and all that stood there at
 * the beginning is met once, and what came meanwhile once on the way back. Timelines are in timeline-paging.test.ts.
 */

let server: Whole
let ada: Toot
let bob: Toot
/** what people like and boost */
let liked: PostId
let people = 0

beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
  liked = await say('look')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const say = (text: string) =>
  publishPost(server.world, bob.account, { text, visibility: 'public', language: 'en' })
const somebody = () => personHere(server.world, `p${++people}`)

/** Does one more thing that is in the list then; what it is known by there. */
type Act = (n: number) => Promise<string>
interface Listed {
  readonly path: () => string
  readonly act: Act
  readonly keyOf?: (item: ApiReply['json']) => string
}

const marked = (act: string) => async () => {
  const id = await say('to keep')
  expect((await ada.post(`/api/v1/statuses/${id}/${act}`)).status).toBe(200)
  return id
}
/** Somebody new does it. */
const byOne =
  (does: (who: Awaited<ReturnType<typeof somebody>>) => Promise<unknown>): Act =>
  async () => {
    const who = await somebody()
    await does(who)
    return who.id
  }

const lists: Readonly<Record<string, Listed>> = {
  'what bob said': {
    path: () => `/api/v1/accounts/${bob.account.id}/statuses`,
    act: (n) => say(`${n}`),
  },
  'what ada is told': {
    path: () => '/api/v1/notifications',
    act: (n) => say(`@ada ${n}`),
    keyOf: (item) => item.status.id,
  },
  'what ada is told, by kind': {
    path: () => '/api/v1/notifications?types[]=follow',
    act: byOne((who) => requestFollow(server.world, who, ada.account)),
    keyOf: (item) => item.account.id,
  },
  bookmarks: { path: () => '/api/v1/bookmarks', act: marked('bookmark') },
  favourites: { path: () => '/api/v1/favourites', act: marked('favourite') },
  followers: {
    path: () => `/api/v1/accounts/${bob.account.id}/followers`,
    act: byOne((who) => requestFollow(server.world, who, bob.account)),
  },
  following: {
    path: () => `/api/v1/accounts/${ada.account.id}/following`,
    act: byOne((who) => requestFollow(server.world, ada.account, who)),
  },
  'who likes': {
    path: () => `/api/v1/statuses/${liked}/favourited_by`,
    act: byOne((who) => likePost(server.world, who, liked)),
  },
  'who boosts': {
    path: () => `/api/v1/statuses/${liked}/reblogged_by`,
    act: byOne((who) => boostPost(server.world, who, liked)),
  },
  blocks: { path: () => '/api/v1/blocks', act: byOne((who) => blockAccount(server.world, ada.account, who)) },
  mutes: { path: () => '/api/v1/mutes', act: byOne((who) => muteAccount(server.world, ada.account, who)) },
}

const steps = fc.record({
  limit: fc.integer({ min: 1, max: 6 }),
  before: fc.integer({ min: 1, max: 10 }),
  meanwhile: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
})
const many = (n: number, act: Act) => Promise.all(Array.from({ length: n }, (_, i) => act(i)))

describe('pages of what goes on growing', () => {
  test.each(Object.entries(lists))(
    '%s: nothing is lost and nothing comes twice',
    async (_name, { path, act, keyOf = (item) => item.id }) => {
      await fc.assert(
        fc.asyncProperty(steps, async ({ limit, before, meanwhile }) => {
          const old = await many(before, act)
          let reply = await ada.get(path(), { limit })
          const prev = reply.links.prev ?? expect.fail('no page before the first')
          const [seen, more]: [string[], string[]] = [[], []]
          for (let page = 0; ; page += 1) {
            expect([reply.status, reply.json.length > limit]).toEqual([200, false])
            seen.push(...reply.json.map(keyOf))
            if (old.every((key) => seen.includes(key)) || reply.links.next === undefined) break
            const writing = many(meanwhile[page % meanwhile.length] ?? 0, act)
            reply = await ada.get(reply.links.next)
            more.push(...(await writing))
          }
          expect(new Set(seen).size).toBe(seen.length)
          // On top of the list as it was, in whatever order they were done, and nothing of what came later.
          expect(new Set(seen.slice(0, before))).toEqual(new Set(old))
          expect(more.filter((key) => seen.includes(key))).toEqual([])
          expect(await above(prev, keyOf)).toEqual(more.toSorted())
        }),
        { numRuns: 4 },
      )
    },
    120_000,
  )
})

/** All that is in the list now above the page that leads there: the newest of it at once, or each page next to the last. */
async function above(prev: string, keyOf: (item: ApiReply['json']) => string): Promise<string[]> {
  if (prev.includes('since_id')) return (await ada.get(prev, { limit: 80 })).json.map(keyOf).toSorted()
  const keys: string[] = []
  let reply = await ada.get(prev)
  while (reply.json.length > 0) {
    keys.push(...reply.json.map(keyOf))
    reply = await ada.get(reply.links.prev ?? expect.fail('no page before'))
  }
  return keys.toSorted()
}

describe('what is told together, page by page', () => {
  const GROUPS = '/api/v2/notifications'
  interface Span {
    readonly key: string
    readonly min: bigint
    readonly max: bigint
  }
  const spansIn = ({ json }: ApiReply): Span[] =>
    json.notification_groups.map((each: Record<string, string>) => ({
      key: each.group_key,
      min: BigInt(each.page_min_id ?? ''),
      max: BigInt(each.page_max_id ?? ''),
    }))

  test('tells of everything once, in its group, while more is told', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async ({ limit, before, meanwhile }) => {
        const who = await tootAs(server, `r${++people}`)
        const posts = await Promise.all(
          ['one', 'other'].map((text) =>
            publishPost(server.world, who.account, { text, visibility: 'public', language: 'en' }),
          ),
        )
        const act: Act = async (n) => {
          const from = await somebody()
          if (n % 3 === 2) await requestFollow(server.world, from, who.account)
          else await likePost(server.world, from, posts[n % 3] as PostId)
          if (n % 4 === 0) await say(`@${who.account.name} ${n}`)
          return from.id
        }
        const toldOf = async () =>
          (await who.get('/api/v1/notifications', { limit: 80 })).json.map(
            (each: Record<string, string>) => ({
              key: each.group_key,
              id: BigInt(each.id ?? ''),
            }),
          )
        await many(before, act)
        const old = await toldOf()
        let reply = await who.get(GROUPS, { limit })
        const prev = reply.links.prev ?? expect.fail('no page before the first')
        const pages: Span[][] = []
        for (;;) {
          expectEntity('GroupedNotifications', reply.json)
          expect(reply.json.notification_groups.length).toBeLessThanOrEqual(limit)
          pages.push(spansIn(reply))
          if (reply.links.next === undefined) break
          const writing = many(meanwhile[pages.length % meanwhile.length] ?? 0, act)
          reply = await who.get(reply.links.next)
          await writing
          expect(pages.length).toBeLessThan(40)
        }
        inOrder(pages)
        expect(old.filter((one: Told) => timesIn(pages, one) !== 1)).toEqual([])
        const news = (await toldOf()).filter(({ id }: Told) => !old.some((each: Told) => each.id === id))
        const up: Span[][] = []
        for (let page = await who.get(prev); page.json.notification_groups.length > 0; ) {
          up.unshift(spansIn(page))
          page = await who.get(page.links.prev ?? expect.fail('no page before'))
        }
        inOrder(up)
        expect(news.filter((one: Told) => timesIn(up, one) !== 1)).toEqual([])
        expect(old.filter((one: Told) => timesIn(up, one) !== 0)).toEqual([])
      }),
      { numRuns: 8 },
    )
  }, 120_000)

  interface Told {
    readonly key: string
    readonly id: bigint
  }
  const ascending = (a: bigint, b: bigint) => Number(a - b)
  /** On how many of the pages it is told of. */
  const timesIn = (pages: readonly Span[][], { key, id }: Told) =>
    pages.flat().filter((span) => span.key === key && span.min <= id && id <= span.max).length

  /** Each page is of what is older than all of the one before it, and has each group once. */
  function inOrder(pages: readonly Span[][]): void {
    for (const [n, page] of pages.entries()) {
      expect(new Set(page.map(({ key }) => key)).size).toBe(page.length)
      const oldest = pages[n - 1]?.map(({ min }) => min).toSorted(ascending)[0]
      if (oldest !== undefined) expect(page.filter(({ max }) => max >= oldest)).toEqual([])
    }
  }
})

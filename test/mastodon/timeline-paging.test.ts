import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { type ApiReply, type Toot, tootAs } from '../support/mastodon/client.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot
let listId: string
beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
  await requestFollow(server.world, ada.account, bob.account)
  listId = (await ada.post('/api/v1/lists', { title: 'bob' })).json.id
  await ada.post(`/api/v1/lists/${listId}/accounts`, { account_ids: [bob.account.id] })
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const say = (text: string, direct: boolean) =>
  publishPost(server.world, bob.account, { text, visibility: direct ? 'direct' : 'public' })

interface Paged {
  readonly path: () => string
  readonly query?: Readonly<Record<string, unknown>>
  readonly direct?: boolean
  readonly keyOf?: (item: ApiReply['json']) => string
}
const lists: Readonly<Record<string, Paged>> = {
  home: { path: () => '/api/v1/timelines/home' },
  public: { path: () => '/api/v1/timelines/public', query: { local: true } },
  tag: { path: () => '/api/v1/timelines/tag/sea', query: { any: ['lake'] } },
  list: { path: () => `/api/v1/timelines/list/${listId}` },
  direct: { path: () => '/api/v1/timelines/direct', direct: true },
  conversations: {
    path: () => '/api/v1/conversations',
    direct: true,
    keyOf: (item) => item.last_status.id,
  },
}

/** What a step of the one who goes on talking is: so many posts, all at once. */
const steps = fc.record({
  limit: fc.integer({ min: 1, max: 6 }),
  before: fc.integer({ min: 1, max: 12 }),
  meanwhile: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
})

describe('pages of what others go on writing', () => {
  test.each(Object.entries(lists))(
    '%s: nothing is lost and nothing comes twice',
    async (_name, list) => {
      const { path, query = {}, direct = false, keyOf = (item) => item.id } = list
      const talk = async (n: number): Promise<PostId[]> =>
        Promise.all(
          Array.from({ length: n }, (_, i) =>
            say(direct ? `@ada ${i}` : `#${i % 2 ? 'lake' : 'sea'} ${i}`, direct),
          ),
        )
      await fc.assert(
        fc.asyncProperty(steps, async ({ limit, before, meanwhile }) => {
          const old = await talk(before)
          let reply = await ada.get(path(), { ...query, limit })
          const newest = keyOf(reply.json[0])
          const seen: string[] = []
          const more: PostId[] = []
          // Down as far as what was said in this run, while more is said.
          for (let page = 0; seen.length < old.length; page += 1) {
            const writing = talk(meanwhile[page % meanwhile.length] ?? 0)
            seen.push(...reply.json.map(keyOf))
            if (reply.links.next !== undefined) reply = await ada.get(reply.links.next)
            more.push(...(await writing))
            if (page > 40) break
          }
          expect(seen.slice(0, old.length)).toEqual(sorted(old).toReversed())
          // And up from there: all that was said meanwhile, in its order, each once.
          const above: string[] = []
          let next = await ada.get(path(), { ...query, limit, min_id: newest })
          while (next.json.length > 0) {
            above.push(...next.json.map(keyOf).toReversed())
            next = await ada.get(next.links.prev ?? '')
          }
          expect(above).toEqual(sorted(more))
        }),
        { numRuns: 4 },
      )
    },
    120_000,
  )
})

function sorted(ids: readonly string[]): string[] {
  return ids.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
}

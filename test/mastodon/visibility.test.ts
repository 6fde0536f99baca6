import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { undoFollow } from '../../src/domain/follows/answer.ts'
import { picture } from '../support/files.ts'
import {
  type ApiClient,
  type ApiReply,
  apiClient,
  type Fields,
  type Toot,
  tootAs,
} from '../support/mastodon/client.ts'
import { type ApiRoute, apiRoutes } from '../support/mastodon/registered.ts'
import { recordRoutes } from '../support/routes.ts'
import { startWhole, type Whole } from '../support/whole.ts'

/*
 * S-081: every route of the API that reads, as the server has it, asked by everybody about posts of every visibility. What
 * stands for any in a path is filled by where it stands: of a path that nobody thought of here the filling fails.
 */

const recorded = recordRoutes()
const NOBODYS = '115899000422411111'
const visibilities = ['public', 'unlisted', 'private', 'direct'] as const
type Seen = (typeof visibilities)[number]
const people = ['stranger', 'follower', 'former', 'mentioned', 'blocked', 'author'] as const
const viewers = ['nobody', ...people] as const
type Who = (typeof viewers)[number]

/** Somebody who was followed and named, kept what they could, and was blocked then, sees nothing at all. */
const mayRead: Readonly<Record<Seen, readonly Who[]>> = {
  public: ['nobody', 'stranger', 'follower', 'former', 'mentioned', 'author'],
  unlisted: ['nobody', 'stranger', 'follower', 'former', 'mentioned', 'author'],
  private: ['follower', 'mentioned', 'author'],
  direct: ['mentioned', 'author'],
}
const words = (seen: Seen) => `hushed-${seen}`

let server: Whole
let routes: readonly ApiRoute[]
const apps = {} as Record<(typeof people)[number], Toot>
const posts = {} as Record<Seen, string>
const media = {} as Record<Seen, string>
/** what is everybody's own, and may have something of the posts in it */
const own = new Map<Who, { list: string; filter: string; keyword: string; held: string }>()
let scheduled: string
/** what anybody may read, and stands beside them */
const leading: string[] = []

const ok = (reply: ApiReply) => {
  expect(reply.status, reply.text).toBe(200)
  return reply.json
}

beforeAll(async () => {
  server = await startWhole()
  for (const who of people) apps[who] = await tootAs(server, who)
  const { author, follower, former, blocked } = apps
  for (const who of [follower, former, blocked])
    ok(await who.post(`/api/v1/accounts/${author.account.id}/follow`))
  for (const who of people) own.set(who, await ownThings(apps[who]))
  for (const seen of visibilities) {
    const file = await author.post(
      '/api/v2/media',
      { file: await picture({ format: 'png' }), description: words(seen) },
      'multipart',
    )
    media[seen] = file.json.id
    posts[seen] = ok(
      await author.post('/api/v1/statuses', {
        status: `${words(seen)} @mentioned @blocked #matrix`,
        spoiler_text: words(seen),
        visibility: seen,
        language: 'en',
        media_ids: [media[seen]],
      }),
    ).id
  }
  for (const seen of visibilities) await kept(posts[seen])
  // What others may read, and leads to what they may not.
  const say = async (body: Fields) =>
    ok(await author.post('/api/v1/statuses', { language: 'en', ...body })).id
  for (const seen of ['private', 'direct'] as const) {
    leading.push(await say({ status: 'an answer', in_reply_to_id: posts[seen], visibility: 'public' }))
    await say({ status: `${words(seen)} #matrix`, in_reply_to_id: posts.public, visibility: seen })
  }
  leading.push(await say({ status: 'under it', in_reply_to_id: posts.public, visibility: 'public' }))
  leading.push(await say({ status: 'look', quoted_status_id: posts.private, visibility: 'public' }))
  ok(await follower.post(`/api/v1/statuses/${posts.public}/reblog`))
  ok(await author.post(`/api/v1/statuses/${posts.private}/reblog`))
  ok(await author.post(`/api/v1/statuses/${posts.public}/pin`))
  scheduled = ok(
    await author.post('/api/v1/statuses', { status: words('direct'), scheduled_at: '2099-01-01T00:00:00Z' }),
  ).id
  await undoFollow(server.world, { followerId: former.account.id, followedId: author.account.id })
  ok(await author.post(`/api/v1/accounts/${blocked.account.id}/block`))
  routes = (await apiRoutes(server, recorded)).filter(({ method }) => method === 'GET')
}, 120_000)
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  expect(server?.errors).toEqual([])
})

async function ownThings(who: Toot) {
  const { author } = apps
  const list = ok(await who.post('/api/v1/lists', { title: 'theirs' })).id
  // Whom one follows can be put there, which not everybody does.
  await who.post(`/api/v1/lists/${list}/accounts`, { account_ids: [author.account.id] })
  const filter = ok(
    await who.post('/api/v2/filters', {
      title: 'theirs',
      context: ['home', 'public', 'thread', 'account', 'notifications'],
      keywords_attributes: [{ keyword: 'walrus' }],
    }),
  )
  const said = ok(await who.post('/api/v1/statuses', { status: 'something', visibility: 'direct' })).id
  const held = ok(await who.post(`/api/v2/filters/${filter.id}/statuses`, { status_id: said })).id
  return { list, filter: filter.id, keyword: filter.keywords[0].id, held }
}

/** Everybody keeps of it what they may at this time. */
async function kept(id: string): Promise<void> {
  for (const who of people)
    for (const act of ['bookmark', 'favourite', 'mute', 'unmute'])
      await apps[who].post(`/api/v1/statuses/${id}/${act}`)
}

const clientOf = (who: Who): ApiClient => (who === 'nobody' ? apiClient(server) : apps[who])

/** Ids of whatever may be told of the posts, by where they stand in a path; nothing where there is none to ask with. */
const fillings: readonly (readonly [RegExp, (who: Who) => readonly string[] | Promise<readonly string[]>])[] =
  [
    [/^\/api\/v1\/statuses\/:/, () => [...Object.values(posts), ...leading]],
    [/^\/api\/v1\/polls\/:/, () => Object.values(posts)],
    [/^\/api\/v1\/accounts\/:/, () => [apps.author.account.id]],
    [/^\/api\/v1\/notifications\/requests\/:/, () => [apps.author.account.id]],
    [/^\/api\/v1\/media\/:/, () => Object.values(media)],
    [/^\/api\/v1\/scheduled_statuses\/:/, () => [scheduled]],
    [/^\/api\/v1\/(lists|timelines\/list)\/:/, (who) => [own.get(who)?.list ?? NOBODYS]],
    [/^\/api\/v2\/filters\/keywords\/:/, (who) => [own.get(who)?.keyword ?? NOBODYS]],
    [/^\/api\/v2\/filters\/statuses\/:/, (who) => [own.get(who)?.held ?? NOBODYS]],
    [/^\/api\/v2\/filters\/:/, (who) => [own.get(who)?.filter ?? NOBODYS]],
    [/^\/api\/v1\/filters\/:/, (who) => [own.get(who)?.keyword ?? NOBODYS]],
    [/^\/api\/v1\/(tags|timelines\/tag)\/:/, () => ['matrix']],
    [/^\/api\/v1\/instance\/terms_of_service\/:/, () => ['2026-01-01']],
    [/^\/api\/v1\/notifications\/:/, (who) => notices(who, 'id')],
    [/^\/api\/v2\/notifications\/:/, (who) => notices(who, 'group_key')],
    [/^\/api\/v1\/admin\//, () => [posts.direct]],
  ]

/** Those of the author, too: what the others were told of is asked for by its id. */
async function notices(who: Who, field: string): Promise<string[]> {
  const lists = await Promise.all(
    [who, 'mentioned' as const, 'follower' as const].map((each) =>
      clientOf(each).get('/api/v1/notifications', { limit: 80 }),
    ),
  )
  return lists.flatMap(({ status, json }) => (status === 200 ? json.map((one: Fields) => one[field]) : []))
}

async function pathsOf({ path }: ApiRoute, who: Who): Promise<readonly string[]> {
  if (!path.includes(':')) return [path]
  const [, fill] = fillings.find(([is]) => is.test(path)) ?? []
  if (!fill) throw new Error(`${path}: nobody thought of what its ids are of`)
  const ids = await fill(who)
  return ids.map((id) => path.replace(/:\w+/g, encodeURIComponent(id)))
}

/** What is asked beside: all that makes a list longer, or of other things. */
function queriesOf(path: string): readonly Fields[] {
  const common = { limit: 80, q: 'hushed', acct: 'author', include_filtered: true, with_suspended: true }
  const ids = path === '/api/v1/statuses' ? [...Object.values(posts), ...leading] : [apps.author.account.id]
  const usual = { ...common, id: ids, url: 'https://weft.test/' }
  if (/\/accounts\/:\w+\/statuses$/.test(path))
    return [{}, { pinned: true }, { only_media: true }, { exclude_replies: true }, { tagged: 'matrix' }]
  if (path === '/api/v2/search')
    return [
      usual,
      ...['from:author hushed', 'in:library hushed', 'hushed has:media', ...Object.values(posts)].map(
        (q) => ({ q }),
      ),
      ...visibilities.map((seen) => ({ q: server.world.uris.post(posts[seen] as never), resolve: true })),
      { q: 'hushed', account_id: apps.author.account.id, type: 'statuses' },
    ]
  return [usual]
}

const isStream = ({ path }: ApiRoute) => /\/streaming/.test(path)
const shown = new Map<Who, Set<string>>()

describe.each(viewers)('S-081: %s', (who) => {
  test('reads at no route what they may not, in no word of it', async () => {
    const asked = routes.filter((route) => !isStream(route))
    expect(asked.length).toBeGreaterThan(90)
    const found = new Set<string>()
    shown.set(who, found)
    for (const route of asked)
      for (const path of await pathsOf(route, who))
        for (const query of queriesOf(route.path)) {
          const { text, status } = await clientOf(who).get(path, query)
          expect(status, path).toBeLessThan(500)
          for (const seen of visibilities) {
            if (!text.includes(words(seen))) continue
            found.add(`${seen} ${route.path}`)
            const where = `${path} ${JSON.stringify(query)}: ${text.slice(0, 500)}`
            expect(mayRead[seen].includes(who), `${who} reads ${words(seen)} at ${where}`).toBe(true)
          }
        }
  }, 60_000)

  test('finds of a hidden post what they find of one that never was', async () => {
    for (const { path } of routes.filter(({ path }) => /^\/api\/v1\/(statuses|polls)\/:/.test(path)))
      for (const seen of visibilities.filter((each) => !mayRead[each].includes(who))) {
        const [got, missing] = await Promise.all(
          [posts[seen], NOBODYS].map((id) => clientOf(who).get(path.replace(/:\w+/, id))),
        )
        expect([path, seen, got?.status, got?.json]).toEqual([path, seen, missing?.status, missing?.json])
        expect(got?.status, path).toBeGreaterThanOrEqual(400)
      }
  })
})

test('all of it was really there to be read, by those who may', () => {
  const routesOf = (who: Who, seen: Seen) =>
    [...(shown.get(who) ?? [])].filter((one) => one.startsWith(`${seen} `)).map((one) => one.split(' ')[1])
  const everywhere = [
    '/api/v1/statuses',
    '/api/v1/statuses/:id',
    '/api/v1/statuses/:id/context',
    '/api/v1/statuses/:id/history',
    '/api/v1/accounts/:id/statuses',
    '/api/v1/bookmarks',
    '/api/v1/favourites',
    '/api/v2/search',
  ]
  const theirs: readonly (readonly [Who, Seen, readonly string[]])[] = [
    ['follower', 'private', [...everywhere, '/api/v1/timelines/home', '/api/v1/timelines/list/:id']],
    [
      'mentioned',
      'direct',
      [...everywhere, '/api/v1/conversations', '/api/v1/notifications', '/api/v2/notifications'],
    ],
    ['mentioned', 'private', [...everywhere, '/api/v1/notifications/:id']],
    ['author', 'direct', ['/api/v1/statuses/:id/source', '/api/v1/media/:id', '/api/v1/scheduled_statuses']],
    [
      'nobody',
      'public',
      ['/api/v1/timelines/public', '/api/v1/timelines/tag/:hashtag', '/api/v1/statuses/:id/context'],
    ],
  ]
  for (const [who, seen, expected] of theirs) {
    const there = routesOf(who, seen)
    expect
      .soft(
        expected.filter((path) => !there.includes(path)),
        `${who}: ${seen}`,
      )
      .toEqual([])
  }
  expect(routesOf('blocked', 'public')).toEqual([])
})

import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { picture } from '../support/files.ts'
import { type ApiReply, type Fields, type Toot, tootAs } from '../support/mastodon/client.ts'
import { type ApiRoute, apiRoutes } from '../support/mastodon/registered.ts'
import { recordRoutes } from '../support/routes.ts'
import { startWhole, type Whole } from '../support/whole.ts'

/*
 * S-145: every route of the API that takes an id, as the server has it, with the token of Eve and the ids of what is Anna's.
 * What an id is of is known by where it stands in the path: a path that nobody thought of here fails.
 */

const recorded = recordRoutes()
const SECRET = 'for anna alone'

let server: Whole
let anna: Toot
let eve: Toot
let ids: Readonly<Record<string, string>>
/** a list and a filter of Eve's own, to put into them what she may not see */
let eves: { readonly list: string; readonly filter: string }

const ok = (reply: ApiReply) => {
  expect(reply.status, reply.text).toBe(200)
  return reply.json
}

beforeAll(async () => {
  server = await startWhole()
  anna = await tootAs(server, 'anna')
  eve = await tootAs(server, 'eve', { scope: 'read write follow push profile admin:read admin:write' })
  const bob = await tootAs(server, 'bob')
  const say = async (who: Toot, status: string, more: Fields = {}) =>
    ok(await who.post('/api/v1/statuses', { status, language: 'en', ...more })).id
  const file = { file: await picture({ format: 'png' }), description: SECRET }
  const list = ok(await anna.post('/api/v1/lists', { title: SECRET })).id
  ok(await anna.post(`/api/v1/accounts/${bob.account.id}/follow`))
  ok(await anna.post(`/api/v1/lists/${list}/accounts`, { account_ids: [bob.account.id] }))
  const post = await say(anna, `${SECRET} @bob`, {
    visibility: 'direct',
    poll: { options: ['a', 'b'], expires_in: 3600 },
  })
  const open = await say(anna, 'for everybody', { poll: { options: ['a', 'b'], expires_in: 3600 } })
  const filter = ok(
    await anna.post('/api/v2/filters', {
      title: SECRET,
      context: ['home'],
      keywords_attributes: [{ keyword: SECRET }],
    }),
  )
  const held = ok(await anna.post(`/api/v2/filters/${filter.id}/statuses`, { status_id: post })).id
  const scheduled = await say(anna, SECRET, { scheduled_at: '2099-01-01T00:00:00Z' })
  await say(bob, `@anna ${SECRET}`, { visibility: 'direct' })
  ok(await bob.post(`/api/v1/statuses/${open}/favourite`))
  const [notification] = ok(await anna.get('/api/v1/notifications'))
  const [conversation] = ok(await anna.get('/api/v1/conversations'))
  const carl = await tootAs(server, 'carl')
  ok(await anna.patch('/api/v1/accounts/update_credentials', { locked: true }))
  ok(await carl.post(`/api/v1/accounts/${anna.account.id}/follow`))
  await anna.patch('/api/v2/notifications/policy', { for_not_following: 'filter' })
  await say(carl, '@anna psst')
  ids = {
    list,
    post,
    open,
    filter: filter.id,
    keyword: filter.keywords[0].id,
    held,
    scheduled,
    media: (await anna.post('/api/v2/media', file, 'multipart')).json.id,
    notification: notification.id,
    group: notification.group_key,
    conversation: conversation.id,
    asker: carl.account.id,
    tag: ok(await anna.post('/api/v1/featured_tags', { name: 'mine' })).id,
  }
  const theirs = { title: 'own', context: ['home'], keywords_attributes: [{ keyword: 'own' }] }
  eves = {
    list: ok(await eve.post('/api/v1/lists', { title: 'own' })).id,
    filter: ok(await eve.post('/api/v2/filters', theirs)).id,
  }
}, 120_000)
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  expect(server?.errors).toEqual([])
})

/** What the id in such a path is of; or that it is of what is there for all. */
const known: readonly (readonly [RegExp, string])[] = [
  [/^\/api\/v1\/(statuses|polls)\/:/, 'post'],
  [/^\/api\/v1\/media\/:/, 'media'],
  [/^\/api\/v1\/scheduled_statuses\/:/, 'scheduled'],
  [/^\/api\/v1\/(lists|timelines\/list)\/:/, 'list'],
  [/^\/api\/v2\/filters\/keywords\/:/, 'keyword'],
  [/^\/api\/v2\/filters\/statuses\/:/, 'held'],
  [/^\/api\/v2\/filters\/:/, 'filter'],
  [/^\/api\/v1\/filters\/:/, 'keyword'],
  [/^\/api\/v1\/conversations\/:/, 'conversation'],
  [/^\/api\/v1\/featured_tags\/:/, 'tag'],
  [/^\/api\/v1\/follow_requests\/:/, 'asker'],
  [/^\/api\/v1\/notifications\/requests\/:/, 'asker'],
  [/^\/api\/v1\/notifications\/:/, 'notification'],
  [/^\/api\/v2\/notifications\/:/, 'group'],
  [/^\/api\/v1\/admin\/accounts\/:/, 'asker'],
  [/^\/api\/v1\/admin\//, 'post'],
  // Anybody may look at accounts, follow, note and block them, and hide what they were proposed.
  [/^\/api\/v1\/(accounts|suggestions)\/:/, 'for all'],
  [/^\/api\/v1\/(tags|timelines\/tag|announcements|instance\/terms_of_service)\/:/, 'for all'],
]

function whatIn(path: string): string {
  const found = known.find(([is]) => is.test(path))?.[1]
  if (!found) throw new Error(`${path}: nobody thought of what its ids are of`)
  return found
}

/** A hash over each table, but for what any request may change. */
async function everything(): Promise<Record<string, string>> {
  const names = await sql<{ name: string }>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`.execute(server.db)
  const found: Record<string, string> = {}
  for (const { name } of names.rows) {
    if (['login', 'client_grant', 'rate_limit', 'post_text', 'actor_budget'].includes(name)) continue
    const { rows } = await sql<{ sum: string }>`
      SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, ' ' ORDER BY t::text), '')) AS sum
      FROM ${sql.table(name)} AS t`.execute(server.db)
    found[name] = rows[0]?.sum ?? ''
  }
  return found
}

/** Bodies with all that any of these routes takes. */
const body: Fields = {
  status: 'mine now',
  title: 'mine now',
  context: ['home'],
  phrase: 'mine now',
  keyword: 'mine now',
  description: 'mine now',
  choices: [0],
  scheduled_at: '2098-01-01T00:00:00Z',
  quote_approval_policy: 'nobody',
  type: 'suspend',
}

describe('S-145: with the token of another', () => {
  test('what is there is there, for Anna herself', async () => {
    const reads = (await withIds()).filter(({ method, path }) => method === 'GET' && !/\/admin\//.test(path))
    expect(reads.length).toBeGreaterThan(20)
    for (const route of reads) {
      const { status } = await anna.get(filled(route))
      const isNo = /\/card$/.test(route.path)
      expect.soft([route.path, status]).toEqual([route.path, isNo ? 404 : 200])
    }
  })

  test('what is Anna’s cannot be read or changed by any route', async () => {
    const tried = await withIds()
    expect(tried.length).toBeGreaterThan(100)
    const before = await everything()
    for (const route of tried) {
      const { method } = route
      const reply = await eve.ask(method, filled(route), method === 'GET' ? {} : { body })
      const where = `${method} ${route.path}: ${reply.status} ${reply.text.slice(0, 200)}`
      // A group is named the same for all: of that name Eve has nothing.
      const isEmpty = whatIn(route.path) === 'group' && ['[]', '{}'].includes(reply.text)
      if (!isEmpty) expect.soft([403, 404], where).toContain(reply.status)
      expect.soft(reply.text, where).not.toContain(SECRET)
    }
    expect(await everything()).toEqual(before)
  })

  test('nor the post changed that everybody may read', async () => {
    const before = await everything()
    for (const [method, path, more] of [
      ['PUT', '', { status: 'mine now' }],
      ['PUT', '/interaction_policy', { quote_approval_policy: 'nobody' }],
      ['DELETE', '', {}],
      ['POST', '/pin', {}],
      ['GET', '/source', undefined],
    ] as const) {
      const reply = await eve.ask(method, `/api/v1/statuses/${ids.open}${path}`, more ? { body: more } : {})
      const allowed = method === 'GET' ? [200, 403, 404] : [403, 404, 422]
      expect.soft(allowed, `${method} ${path}: ${reply.status}`).toContain(reply.status)
    }
    expect(await everything()).toEqual(before)
  })

  test('S-113: nor is it taken by its id in what is said', async () => {
    const before = await everything()
    const status = 'with what is hers'
    for (const [path, more, expected] of [
      ['/api/v1/statuses', { status, media_ids: [ids.media] }, 422],
      ['/api/v1/statuses', { status, media_ids: [ids.media], scheduled_at: '2098-01-01T00:00:00Z' }, 422],
      ['/api/v1/statuses', { status, in_reply_to_id: ids.post }, 404],
      ['/api/v1/statuses', { status, quoted_status_id: ids.post }, 404],
      [`/api/v2/filters/${eves.filter}/statuses`, { status_id: ids.post }, 404],
      // Whom one does not follow is on no list.
      [`/api/v1/lists/${eves.list}/accounts`, { account_ids: [ids.asker] }, 404],
      ['/api/v1/notifications/requests/dismiss', { id: [ids.asker] }, 200],
      ['/api/v1/reports', { account_id: anna.account.id, status_ids: [ids.post] }, 404],
    ] as const) {
      const reply = await eve.post(path, more)
      expect.soft([path, more, reply.status]).toEqual([path, more, expected])
      expect(reply.text).not.toContain(SECRET)
    }
    expect(await everything()).toEqual(before)
  })
})

async function withIds(): Promise<readonly ApiRoute[]> {
  const routes = await apiRoutes(server, recorded)
  return routes.filter(
    ({ method, path }) => method !== 'ALL' && path.includes(':') && whatIn(path) !== 'for all',
  )
}

function filled({ path }: ApiRoute): string {
  const id = ids[whatIn(path)] ?? expect.fail(path)
  return path.replace(/:\w+/g, encodeURIComponent(id))
}

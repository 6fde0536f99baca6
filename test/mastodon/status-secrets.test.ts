import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { suspendAccount } from '../../src/domain/moderation/suspend.ts'
import { apiClient, type Fields, type Toot, tootAs } from '../support/mastodon/client.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let eve: Toot
const hidden = new Map<string, string>()

const kinds = [
  'direct',
  'for followers',
  'of who blocks',
  'of who is blocked',
  'of who is suspended',
  'deleted',
]

beforeAll(async () => {
  server = await startWhole()
  const { world } = server
  eve = await tootAs(server, 'eve')
  const people = await Promise.all(['ada', 'bob', 'cat', 'dan'].map((name) => tootAs(server, name)))
  const [ada, bob, cat, dan] = people as [Toot, Toot, Toot, Toot]
  const say = async (who: Toot, more: Fields = {}) => {
    const body = { status: 'well?', poll: { options: ['a', 'b'], expires_in: 3600 }, ...more }
    return (await who.post('/api/v1/statuses', body)).json.id as string
  }
  hidden.set('direct', await say(ada, { status: '@bob well?', visibility: 'direct' }))
  hidden.set('for followers', await say(ada, { visibility: 'private' }))
  hidden.set('of who blocks', await say(bob))
  hidden.set('of who is blocked', await say(cat))
  hidden.set('of who is suspended', await say(dan))
  hidden.set('deleted', await say(ada))
  await ada.delete(`/api/v1/statuses/${hidden.get('deleted')}`)
  await blockAccount(world, bob.account, eve.account)
  await blockAccount(world, eve.account, cat.account)
  await suspendAccount(world, dan.account)
}, 120_000)
afterAll(() => server?.[Symbol.asyncDispose]())

const NOT_FOUND = { error: 'Record not found' }

const routes: [method: string, path: string, body?: Fields][] = [
  ['GET', '/statuses/:id'],
  ...['context', 'source', 'history', 'reblogged_by', 'favourited_by', 'quotes'].map(
    (name) => ['GET', `/statuses/:id/${name}`] as [string, string],
  ),
  ...['favourite', 'reblog', 'bookmark', 'mute', 'pin'].flatMap((name) => [
    ['POST', `/statuses/:id/${name}`] as [string, string],
    ['POST', `/statuses/:id/un${name}`] as [string, string],
  ]),
  ['PUT', '/statuses/:id', { status: 'mine now' }],
  ['PUT', '/statuses/:id/interaction_policy', { quote_approval_policy: 'nobody' }],
  ['DELETE', '/statuses/:id'],
  ['GET', '/polls/:id'],
  ['POST', '/polls/:id/votes', { choices: [0] }],
]

describe.each(kinds)('a post %s is as if it were not there', (kind) => {
  test.each(routes)('%s %s', async (method: string, path: string, body?: Fields) => {
    const id = hidden.get(kind) ?? ''
    const reply = await eve.ask(method, `/api/v1${path.replace(':id', id)}`, body ? { body } : {})
    expect([reply.status, reply.json]).toEqual([404, NOT_FOUND])
  })

  test('to answer and to quote', async () => {
    const id = hidden.get(kind) ?? ''
    for (const field of ['in_reply_to_id', 'quoted_status_id']) {
      for (const more of [{}, { scheduled_at: '2099-01-01T00:00:00Z' }]) {
        const reply = await eve.post('/api/v1/statuses', { status: 'so', [field]: id, ...more })
        expect(reply.status, reply.text).toBe(404)
        expect(reply.json.error).toMatch(/does not appear to exist\.$/)
      }
    }
  })

  test('in a list of ids', async () => {
    expect((await eve.get('/api/v1/statuses', { id: [hidden.get(kind)] })).json).toEqual([])
  })
})

test.each(['abc', '0', '-1', '1.5', '99999999999999999999', '%20', '1%00'])('%s is no post', async (id) => {
  for (const [method, path, body] of routes) {
    const reply = await eve.ask(method, `/api/v1${path.replace(':id', id)}`, body ? { body } : {})
    expect([400, 404]).toContain(reply.status)
  }
})

test('nobody changes anything without a token', async () => {
  for (const [method, path, body] of routes.filter(([each]) => each !== 'GET')) {
    const reply = await apiClient(server).ask(
      method,
      `/api/v1${path.replace(':id', '17')}`,
      body ? { body } : {},
    )
    expect(reply.status, `${method} ${path}`).toBe(401)
  }
})

test('what somebody marked is not told any more when it is hidden from them', async () => {
  const [fay, gil] = [await tootAs(server, 'fay'), await tootAs(server, 'gil')]
  const { id } = (await gil.post('/api/v1/statuses', { status: 'marked' })).json
  for (const act of ['bookmark', 'favourite']) await fay.post(`/api/v1/statuses/${id}/${act}`)
  await blockAccount(server.world, gil.account, fay.account)
  for (const list of ['bookmarks', 'favourites']) {
    expect((await fay.get(`/api/v1/${list}`)).json).toEqual([])
  }
})

test('nothing that is kept is lost or shown twice while more is being kept', async () => {
  const [hal, ida] = [await tootAs(server, 'hal'), await tootAs(server, 'ida')]
  const ids: PostId[] = []
  for (let at = 0; at < 12; at += 1)
    ids.push((await hal.post('/api/v1/statuses', { status: `${at}` })).json.id)
  const [before, later] = [ids.slice(0, 8), ids.slice(8)]
  for (const id of before) await ida.post(`/api/v1/statuses/${id}/bookmark`)
  const seen: string[] = []
  let path: string | undefined = '/api/v1/bookmarks?limit=2'
  while (path !== undefined) {
    const page: Awaited<ReturnType<Toot['get']>> = await ida.get(path)
    seen.push(...page.json.map(({ id }: { id: string }) => id))
    path = page.links.next
    const next = later.shift()
    if (next) await ida.post(`/api/v1/statuses/${next}/bookmark`)
  }
  expect(seen).toEqual(before.toReversed())
  const first = await ida.get('/api/v1/bookmarks', { limit: 4 })
  expect(first.json.map(({ id }: { id: string }) => id)).toEqual(ids.slice(8).toReversed())
})

import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { AccountId } from '../../src/base/ids.ts'
import { bookmarkPost } from '../../src/domain/bookmarks/bookmark.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import { type Toot, tootAs } from '../support/mastodon/client.ts'
import { type AppListening, openSocket } from '../support/mastodon/sockets.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let readers: Toot[]
const open: AppListening[] = []

beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  readers = []
  for (const name of ['bob', 'cat', 'dan', 'eve', 'fay']) {
    const reader = await tootAs(server, name)
    await requestFollow(server.world, reader.account, ada.account)
    readers.push(reader)
  }
}, 120_000)
afterEach(() => {
  for (const socket of open.splice(0)) socket.close()
  expect(server.errors).toEqual([])
})
afterAll(() => server?.[Symbol.asyncDispose]())

async function hear(who: Toot, stream: string): Promise<AppListening> {
  const socket = await openSocket(server.port, { access_token: who.token, stream })
  open.push(socket)
  socket.say({ type: 'subscribe', stream: 'nothing' })
  await socket.next()
  return socket
}
const idsIn = (socket: AppListening) =>
  socket.heard
    .filter(({ event }) => event === 'update')
    .map(({ payload = '' }) => JSON.parse(payload).id as string)

test('whatever each did to a post, they are shown it as if they had asked for it', async () => {
  const [bob, cat, dan, eve, fay] = readers as [Toot, Toot, Toot, Toot, Toot]
  const gil = await tootAs(server, 'gil')
  const asked = await publishPost(server.world, gil.account, {
    text: 'Rain or fog?',
    visibility: 'public',
    language: 'en',
    poll: { options: ['rain', 'fog'], expiresInSeconds: 3600 },
  })
  await likePost(server.world, bob.account, asked)
  await bookmarkPost(server.world, cat.account, asked)
  await cat.post(`/api/v1/statuses/${asked}/mute`)
  await dan.post(`/api/v1/polls/${asked}/votes`, { choices: [1] })
  await boostPost(server.world, eve.account, asked)
  await gil.put(`/api/v1/statuses/${asked}/interaction_policy`, { quote_approval_policy: 'followers' })
  await requestFollow(server.world, fay.account, gil.account)
  // Nothing is shown twice in one home: as if it had not come with the follow.
  await server.db.deleteFrom('home_entry').where('owner_id', '=', fay.account.id).execute()
  await fay.post('/api/v2/filters', {
    title: 'Weather',
    context: ['public'],
    keywords_attributes: [{ keyword: 'fog' }],
  })
  await sleep(300)
  const sockets = await Promise.all([ada, ...readers].map((who) => hear(who, 'user')))
  const boost = await boostPost(server.world, ada.account, asked)
  for (const [at, who] of [ada, ...readers].entries()) {
    // What stands in a home by one's own boost is not shown there again.
    if (who === eve) {
      await sockets[at]?.silence()
      continue
    }
    const { event, payload = '' } = (await sockets[at]?.next()) ?? {}
    expect([who.account.name, event]).toEqual([who.account.name, 'update'])
    expect(JSON.parse(payload)).toEqual((await who.get(`/api/v1/statuses/${boost}`)).json)
  }
})

test('of many posts at once none is lost and none is told twice, in homes and to strangers', async () => {
  const stranger = await tootAs(server, 'stranger')
  await sleep(300)
  const homes = await Promise.all(readers.map((who) => hear(who, 'user')))
  const all = await hear(stranger, 'public')
  const said = await Promise.all(
    Array.from({ length: 60 }, async (_, n) => {
      await sleep(Math.random() * 200)
      return publishPost(server.world, ada.account, {
        text: `Number ${n}`,
        visibility: 'public',
        language: 'en',
      })
    }),
  )
  const late = await hear(readers[0] as Toot, 'user')
  for (const socket of [...homes, all])
    await expect.poll(() => idsIn(socket).length, { timeout: 15_000 }).toBe(said.length)
  for (const socket of [...homes, all]) expect(idsIn(socket).sort()).toEqual([...said].sort())
  expect(new Set(idsIn(late)).size).toBe(idsIn(late).length)
}, 60_000)

test('who has many followers is told of to all of them, once, as their homes are written by and by', async () => {
  const big = await tootAs(server, 'big')
  const ids = Array.from({ length: 1200 }, () => server.world.ids.next<AccountId>())
  await sql`
    INSERT INTO account (id, local, uri, name)
    SELECT id, true, ${`${server.world.uris.origin}/ap/actors/`} || id, 'reader' || id
    FROM unnest(${ids}::bigint[]) AS t (id)`.execute(server.db)
  await sql`INSERT INTO account_stat (account_id) SELECT unnest(${ids}::bigint[])`.execute(server.db)
  await sql`INSERT INTO login (account_id) SELECT unnest(${ids}::bigint[])`.execute(server.db)
  await sql`
    INSERT INTO follow (followed_id, follower_id, id, uri, state, followed_local, follower_local, accepted_at)
    SELECT ${big.account.id}::bigint, id, id, ${`${server.world.uris.origin}/ap/activities/`} || id, 'accepted', true,
      true, now() FROM unnest(${ids}::bigint[]) AS t (id)`.execute(server.db)
  for (const who of readers) await requestFollow(server.world, who.account, big.account)
  const tagged = readers[1] as Toot
  await tagged.post('/api/v1/tags/herons/follow')
  await server.settled()
  await sleep(300)
  const sockets = await Promise.all([big, ...readers].map((who) => hear(who, 'user')))
  const id = await publishPost(server.world, big.account, {
    text: 'To many #herons',
    visibility: 'public',
    language: 'en',
  })
  await server.settled()
  for (const socket of sockets) await expect.poll(() => idsIn(socket), { timeout: 10_000 }).toEqual([id])
  await sleep(300)
  for (const socket of sockets) expect(idsIn(socket)).toEqual([id])
}, 60_000)

import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { AccountId } from '../../../src/base/ids.ts'
import type { Visibility } from '../../../src/base/visibility.ts'
import type { RemoteActor } from '../../../src/domain/accounts/account.ts'
import { findKey } from '../../../src/domain/accounts/find.ts'
import { undoFollow } from '../../../src/domain/follows/answer.ts'
import { requestFollow } from '../../../src/domain/follows/request.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { testDatabase } from '../../support/database.ts'
import { makeRsaKey, type PeerKey } from '../../support/peer/keys.ts'
import { type Got, startSurface } from '../../support/surface.ts'
import { ORIGIN, personElsewhere, personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
const { world, clock } = testWorld(database.db)
const { db } = world
const asked: string[] = []
const keys = {
  find: (uri: string) => findKey(db, uri),
  refetch: async (uri: string) => {
    asked.push(uri)
    return undefined
  },
}
const surface = await startSurface(world, database.url, { keys })
const strict = await startSurface(world, database.url, { keys, authorizedFetch: true })
afterAll(async () => {
  await surface[Symbol.asyncDispose]()
  await strict[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
  expect([...surface.errors, ...strict.errors]).toEqual([])
})
beforeEach(() => {
  asked.length = 0
})

interface Far {
  readonly id: AccountId
  readonly uri: string
  readonly key: PeerKey
}

async function far(name: string, more: Partial<RemoteActor> = {}): Promise<Far> {
  const key = await makeRsaKey(`https://far.test/users/${name}#main-key`)
  const account = await personElsewhere(world, name, 'far.test', {
    keys: [{ uri: key.uri, kind: 'rsa', publicKey: key.publicPem }],
    ...more,
  })
  return { id: account.id, uri: account.uri, key }
}

const anna = await personHere(world, 'Anna')
const viewers = {
  follower: await far('follower'),
  'former follower': await far('former'),
  mentioned: await far('mentioned'),
  stranger: await far('stranger'),
  'server of a follower': await far('actor', { kind: 'application' }),
}
for (const name of ['follower', 'former follower'] as const) {
  const { id } = viewers[name]
  const account = await world.directory.findByUri(viewers[name].uri)
  if (account) await requestFollow(world, account, anna, `https://far.test/follows/${id}`)
}
await undoFollow(world, { followerId: viewers['former follower'].id, followedId: anna.id })

const posts = Object.fromEntries(
  await Promise.all(
    (['public', 'unlisted', 'followers', 'direct'] as const).map(async (visibility) => [
      visibility,
      await publishPost(world, anna, { text: `@mentioned@far.test ${visibility} words`, visibility }),
    ]),
  ),
) as Record<Visibility, string>

/** Who may read what, by the paths of a post. */
const mayRead: Record<Visibility, readonly string[]> = {
  public: ['nobody', ...Object.keys(viewers)],
  unlisted: ['nobody', ...Object.keys(viewers)],
  followers: ['follower', 'mentioned'],
  direct: ['mentioned'],
}
const routes = [
  (id: string) => `/ap/posts/${id}`,
  (id: string) => `/@Anna/${id}`,
  (id: string) => `/ap/posts/${id}/replies`,
  (id: string) => `/ap/posts/${id}/replies?cursor=first`,
  (id: string) => `/ap/posts/${id}/likes`,
  (id: string) => `/ap/posts/${id}/shares`,
]
const NOBODYS_ID = '115899000422411111'

const ask = (viewer: string, path: string): Promise<Got> => {
  const signer = viewers[viewer as keyof typeof viewers]
  return signer ? surface.getSigned(path, signer.key) : surface.get(path)
}

const facts = ({ status, text, headers: { date: _date, ...headers } }: Got) => ({ status, text, headers })

describe.each(['nobody', ...Object.keys(viewers)])('S-080, S-082: %s', (viewer) => {
  describe.each(Object.keys(posts) as Visibility[])('asking for a %s post', (visibility) => {
    test.each(routes)('reads it, or learns nothing (route %#)', async (route) => {
      const got = await ask(viewer, route(posts[visibility]))
      if (mayRead[visibility].includes(viewer)) {
        expect(got.status).toBe(200)
        const open = visibility === 'public' || visibility === 'unlisted'
        expect(got.headers['cache-control']).toBe(
          open && viewer === 'nobody' ? 'public, max-age=60' : 'private, no-store',
        )
      } else {
        expect(facts(got)).toEqual(facts(await ask(viewer, route(NOBODYS_ID))))
        expect(got.text).not.toContain('words')
      }
    })

    test('gets its Create on the same terms', async () => {
      const { id } = await db
        .selectFrom('activity')
        .select('id')
        .where('post_id', '=', posts[visibility] as never)
        .executeTakeFirstOrThrow()
      const got = await ask(viewer, `/ap/activities/${id}`)
      if (mayRead[visibility].includes(viewer)) expect(got.status).toBe(200)
      else expect(facts(got)).toEqual(facts(await ask(viewer, `/ap/activities/${NOBODYS_ID}`)))
    })
  })

  test('S-083: finds nothing of private posts in the outbox or a conversation', async () => {
    for (const path of [
      `/ap/actors/${anna.id}/outbox?cursor=first`,
      `/ap/posts/${posts.followers}/context?cursor=first`,
      `/ap/posts/${posts.direct}/context`,
    ]) {
      expect((await ask(viewer, path)).text).not.toMatch(/followers words|direct words/)
    }
  })
})

test('a signature that does not hold reads what is for everyone, and private posts as if there were none', async () => {
  const forged = { ...viewers.follower.key, privateKey: viewers.stranger.key.privateKey }
  expect((await surface.getSigned(`/ap/posts/${posts.public}`, forged)).status).toBe(200)
  const got = await surface.getSigned(`/ap/posts/${posts.followers}`, forged)
  expect(facts(got)).toEqual(facts(await surface.getSigned(`/ap/posts/${NOBODYS_ID}`, forged)))
  expect(got.status).toBe(404)
})

test('a signature made for another path, host or hour does not open a private post', async () => {
  const path = `/ap/posts/${posts.followers}`
  const { key } = viewers.follower
  const signedFor = (signedUrl: string) =>
    surface.getSigned(path, key, { signedUrl, alter: { host: 'weft.test' } })
  expect((await signedFor(`${ORIGIN}/ap/posts/${posts.public}`)).status).toBe(404)
  expect((await signedFor(`https://other.test${path}`)).status).toBe(404)
  const old = new Date(clock.now().getTime() - 2 * 3_600_000)
  expect((await surface.getSigned(path, key, { date: old })).status).toBe(404)
  expect((await surface.getSigned(path, key)).status).toBe(200)
})

test('asking for what is public makes us ask no other server, whoever signed it', async () => {
  const stranger = await makeRsaKey('https://unknown.test/users/x#main-key')
  expect((await surface.getSigned(`/ap/posts/${posts.public}`, stranger)).status).toBe(200)
  expect((await surface.getSigned(`/ap/actors/${anna.id}`, stranger)).status).toBe(200)
  expect((await surface.getSigned('/ap/actors/1', stranger)).status).toBe(404)
  expect(asked).toEqual([])
})

test('a suspended account elsewhere reads no private post any more', async () => {
  const guest = await far('guest')
  const id = await publishPost(world, anna, { text: '@guest@far.test psst', visibility: 'direct' })
  expect((await surface.getSigned(`/ap/posts/${id}`, guest.key)).status).toBe(200)
  await db.updateTable('account').set({ suspended_at: clock.now() }).where('id', '=', guest.id).execute()
  expect((await surface.getSigned(`/ap/posts/${id}`, guest.key)).status).toBe(404)
})

test('what a suspended author said is read nowhere, its Create no more than the post', async () => {
  const author = await personHere(world, 'loud')
  const id = await publishPost(world, author, { text: 'loud words', visibility: 'public' })
  const create = await db
    .selectFrom('activity')
    .select('id')
    .where('post_id', '=', id)
    .executeTakeFirstOrThrow()
  expect((await surface.get(`/ap/activities/${create.id}`)).status).toBe(200)
  await db
    .updateTable('account')
    .set({ suspended_at: clock.now(), suspended_for: ['account'] })
    .where('id', '=', author.id)
    .execute()
  surface.documents.clear()
  expect((await surface.get(`/ap/posts/${id}`)).status).toBe(404)
  expect((await surface.get(`/ap/activities/${create.id}`)).status).toBe(404)
})

test('a private post under a name that is not its author’s is not there', async () => {
  await personHere(world, 'other')
  expect(
    (await surface.getSigned(`/@other/${posts.direct}`, viewers.mentioned.key)).headers['content-type'],
  ).toMatch('text/html')
  expect((await surface.get(`/@other/${posts.public}`)).headers['content-type']).toMatch('text/html')
})

describe('under authorized fetch', () => {
  const private_ = ['', '/outbox', '/outbox?cursor=first', '/followers', '/following', '/featured']
  const paths = [
    ...private_.map((path) => `/ap/actors/${anna.id}${path}`),
    ...routes.map((route) => route(posts.public)),
    '/@Anna',
    `/ap/posts/${NOBODYS_ID}`,
    `/ap/actors/${NOBODYS_ID}`,
  ]

  const actors = [`/ap/actors/${anna.id}`, '/@Anna']
  const closed = paths.filter((path) => !actors.includes(path))

  test.each(closed)('nobody reads %s without a signature, be it there or not', async (path) => {
    const got = await strict.get(path)
    expect(got.status).toBe(401)
    expect(got.headers['cache-control']).toMatch(/no-store/)
  })

  test.each(paths.slice(0, -2))('who signs reads %s, and no cache may keep it', async (path) => {
    const got = await strict.getSigned(path, viewers.stranger.key)
    expect(got.status).toBe(200)
    expect(got.headers['cache-control']).toBe('private, no-store')
    const unsigned = await strict.get(path)
    expect(unsigned.status).toBe(actors.includes(path) ? 200 : 401)
    expect(unsigned.headers['cache-control']).toMatch(/no-store/)
  })

  test.each(actors)('of %s nobody reads more without one than what checks a signature', async (path) => {
    const { json } = await strict.get(path)
    expect(json).toMatchObject({ type: 'Person', publicKey: {}, inbox: expect.any(String) })
    for (const more of ['name', 'summary', 'outbox', 'followers', 'url'])
      expect(json).not.toHaveProperty(more)
  })

  test.each([
    '/ap/actors/instance',
    '/.well-known/webfinger?resource=acct:anna@weft.test',
    '/.well-known/nodeinfo',
    '/nodeinfo/2.1',
    '/.well-known/host-meta',
  ])('%s stays open, so that others can find our keys', async (path) => {
    expect((await strict.get(path)).status).toBe(200)
  })

  test('S-016: a key that merely names its victim, or another’s key on its host, opens nothing', async () => {
    const path = `/ap/posts/${posts.followers}`
    const evil = await makeRsaKey('https://evil.test/key')
    const victim = { actorUri: viewers.follower.uri, kind: 'rsa', publicKey: evil.publicPem } as const
    const fooled = await startSurface(world, database.url, {
      authorizedFetch: true,
      keys: {
        find: async () => undefined,
        refetch: async (keyUri) => ({ ...victim, keyUri, fetchedAt: clock.now() }),
      },
    })
    try {
      expect((await fooled.getSigned(path, evil)).status).toBe(401)
      const neighbour = { ...viewers.stranger.key, uri: viewers.follower.key.uri }
      expect((await strict.getSigned(path, neighbour)).status).toBe(401)
      expect((await strict.getSigned(path, viewers.follower.key)).status).toBe(200)
    } finally {
      await fooled[Symbol.asyncDispose]()
    }
  })
})

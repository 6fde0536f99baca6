import { MemoryKvStore } from '@fedify/fedify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AccountId, PostId } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { Secret } from '../../src/base/secret.ts'
import { type Visibility, visibilities } from '../../src/base/visibility.ts'
import { transact } from '../../src/db/transact.ts'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { findAccountByUri, findKey } from '../../src/domain/accounts/find.ts'
import { openSession } from '../../src/domain/accounts/session.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { undoFollow } from '../../src/domain/follows/answer.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { grantApproval } from '../../src/domain/policies/ask.ts'
import { findPostByUri } from '../../src/domain/posts/find.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { activityPub } from '../../src/faces/activitypub/register.ts'
import { createDocuments } from '../../src/faces/http/documents.ts'
import type { Reading } from '../../src/faces/http/fedify.ts'
import { createFederation } from '../../src/federation/create.ts'
import { createKeyring } from '../../src/federation/keys.ts'
import { makeRsaKey, type PeerKey } from '../support/peer/keys.ts'
import { signed } from '../support/peer/signer.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { type Reply, startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personElsewhere, personHere } from '../support/world.ts'

/*
 * S-080 to S-083, S-094: every readable address, by the routes that the server really has, for everybody who may come.
 * Blocked readers are among them: they were followers and are named in every post.
 */

const ACTIVITY = 'application/activity+json'
const faces = { activity: ACTIVITY, page: 'text/html', whatever: '*/*' } as const
type Face = keyof typeof faces
const HIDDEN = 'hushed-words'
const NOBODYS = '115899000422411111'

/** What one post answers at one route, by face: the status for those who may see it, 404 where there is nothing of the kind. */
interface OfPost {
  readonly of: 'post' | 'activity' | 'stamp'
  readonly seen: Readonly<Record<Face, number>>
  /** where even those who may read a private post get open ones alone */
  readonly openOnly?: true
}
/** A place where many posts, or numbers of them, come together. */
interface Derived {
  readonly of: 'many'
  readonly paths: (ids: { author: AccountId; name: string }) => readonly string[]
}
type Known = OfPost | Derived | 'says nothing of posts'

const list = { activity: 200, page: 404, whatever: 200 } as const
const actors = (more: string) => ({
  of: 'many' as const,
  paths: ({ author }: { author: AccountId }) => [
    `/ap/actors/${author}/${more}`,
    `/ap/actors/${author}/${more}?cursor=first`,
  ],
})

/** Lists that only their owner's apps can read, and what is asked about lists. */
const ownedBy = (author: AccountId) => [
  ...['inbox', 'pending_followers', 'pending_following', 'blocked', 'blocks', 'streams/home'].map(
    (list) => `/ap/actors/${author}/${list}`,
  ),
  `/ap/actors/${author}/outbox?cursor=last`,
  `/ap/actors/${author}/outbox/filtered?type=Create`,
  `/ap/actors/${author}/outbox/filtered?object.type=Note`,
  `/ap/actors/${author}/collections`,
  '/ap/inbox',
  '/ap/autocomplete?q=an',
]

const known: Readonly<Record<string, Known>> = {
  '/ap/posts/{id}': { of: 'post', seen: { activity: 200, page: 302, whatever: 200 } },
  '/ap/posts/:id': { of: 'post', seen: { activity: 200, page: 302, whatever: 200 } },
  '/@:name/:id': { of: 'post', seen: { activity: 200, page: 200, whatever: 200 } },
  '/ap/posts/{id}/replies': { of: 'post', seen: list },
  '/ap/posts/{id}/likes': { of: 'post', seen: list },
  '/ap/posts/{id}/shares': { of: 'post', seen: list },
  '/ap/posts/{id}/context': { of: 'post', seen: list, openOnly: true },
  '/ap/activities/{id}': { of: 'activity', seen: list },
  '/ap/stamps/{id}': { of: 'stamp', seen: list },
  // test/c2s has more of what is no post, and of files.
  '/ap/objects/{id}': 'says nothing of posts',
  '/ap/objects/{id}/likes': 'says nothing of posts',
  '/ap/objects/{id}/shares': 'says nothing of posts',
  // What answers such a thing: test/c2s/b5-object-lists has who finds which.
  '/ap/objects/{id}/replies': 'says nothing of posts',
  '/ap/media/{id}': 'says nothing of posts',
  '/ap/emojis/{id}': 'says nothing of posts',
  // A name of 128 random bits is given with the post alone; test/faces/media has the rest.
  '/media/:file': 'says nothing of posts',
  '/ap/actors/{identifier}': {
    of: 'many',
    paths: ({ author }) => [`/ap/actors/${author}`, '/ap/actors/instance'],
  },
  '/ap/actors/:id/followers_synchronization': {
    of: 'many',
    paths: ({ author }) => [`/ap/actors/${author}/followers_synchronization`],
  },
  '/ap/actors/:id': { of: 'many', paths: ({ author }) => [`/ap/actors/${author}`] },
  '/ap/actors/{identifier}/outbox': actors('outbox'),
  '/ap/actors/{identifier}/followers': actors('followers'),
  '/ap/actors/{identifier}/following': actors('following'),
  '/ap/actors/{identifier}/featured': actors('featured'),
  '/ap/actors/{identifier}/liked': actors('liked'),
  '/ap/actors/{identifier}/tags': actors('tags'),
  '/nodeinfo/2.1': { of: 'many', paths: () => ['/nodeinfo/2.1', '/nodeinfo/2.0'] },
  '/': { of: 'many', paths: () => ['/', `/?before=9000000000000000000`] },
  '/@:name': { of: 'many', paths: ({ name }) => [`/@${name}`, `/@${name}?before=9000000000000000000`] },
  '/tags/:name': { of: 'many', paths: () => ['/tags/matrix', '/tags/MATRIX'] },
  '/about': { of: 'many', paths: () => ['/about'] },
  '/accounts': 'says nothing of posts',
  '/accounts/apps': 'says nothing of posts',
  '/oauth/authorize': 'says nothing of posts',
  '/oauth/authorize/:request': 'says nothing of posts',
  '/privacy': 'says nothing of posts',
  '/terms': 'says nothing of posts',
  // Asked for by address, not by path: below.
  '/authorize_interaction': 'says nothing of posts',
  '/interact': 'says nothing of posts',
  '/setup': 'says nothing of posts',
  '/sign-in': 'says nothing of posts',
  '/sign-in/second': 'says nothing of posts',
  '/accounts/security': 'says nothing of posts',
  '/accounts/security/confirm': 'says nothing of posts',
  '/accounts/security/app': 'says nothing of posts',
  '/accounts/security/passkeys/new': 'says nothing of posts',
  '/sign-out': 'says nothing of posts',
  '/sign-up': 'says nothing of posts',
  '/sign-up/done': 'says nothing of posts',
  '/sign-up/confirm': 'says nothing of posts',
  '/invite/:code': 'says nothing of posts',
  '/auth/sign_up': 'says nothing of posts',
  '/password/forgot': 'says nothing of posts',
  '/password/reset': 'says nothing of posts',
  '/accounts/waiting': 'says nothing of posts',
  '/accounts/invites': 'says nothing of posts',
  '/.well-known/change-password': 'says nothing of posts',
  '/{*any}': 'says nothing of posts',
  '/assets/*': 'says nothing of posts',
  '/avatars/default.svg': 'says nothing of posts',
  '/favicon.ico': 'says nothing of posts',
  '/favicon.svg': 'says nothing of posts',
  '/robots.txt': 'says nothing of posts',
}
/** Answered by the surface itself, beside Fedify. */
const wellKnown: readonly string[] = [
  '/.well-known/webfinger?resource=acct:anna@weft.test',
  '/.well-known/nodeinfo',
  '/.well-known/host-meta',
  '/.well-known/host-meta.json',
]

let whole: Whole
let anna: LocalAccount
const posts = {} as Record<Visibility, PostId>
const activities = {} as Record<Visibility, string>
const stamps = {} as Record<Visibility, string>
const sessions = {} as Record<string, string>
const tokens = {} as Record<string, string>
const keys = {} as Record<string, PeerKey>
let before: Map<string, unknown>
let after: Map<string, unknown>

const here = ['stranger', 'follower', 'former', 'mentioned', 'blocked', 'author'] as const
const there = [
  'far stranger',
  'far follower',
  'far former',
  'far mentioned',
  'far blocked',
  'far server',
] as const
/** The apps of people here, by their tokens. */
const apps = [
  'app stranger',
  'app follower',
  'app former',
  'app mentioned',
  'app blocked',
  'app author',
] as const
const viewers = ['nobody', ...here, ...there, ...apps] as const
type Who = (typeof viewers)[number]

/** Who sees a private post on which face: people here by their cookie on pages, apps and other servers on documents. */
const privy: Readonly<Record<'followers' | 'direct', Readonly<Record<'page' | 'document', readonly Who[]>>>> =
  {
    followers: {
      page: ['follower', 'mentioned', 'author'],
      document: ['far follower', 'far mentioned', 'app follower', 'app mentioned', 'app author'],
    },
    direct: {
      page: ['mentioned', 'author'],
      document: ['far mentioned', 'app mentioned', 'app author'],
    },
  }

beforeAll(async () => {
  whole = await startWhole()
  const { world, clock } = whole
  anna = await personHere(world, 'anna')
  const people: Record<string, LocalAccount> = { author: anna }
  for (const who of here) {
    people[who] ??= await personHere(world, who)
    sessions[who] = await openSession(world, (people[who] as LocalAccount).id, undefined)
    tokens[`app ${who}`] = await tokenFor(world, people[who] as LocalAccount)
  }
  for (const who of there) {
    const name = who.slice(4)
    const key = await makeRsaKey(`https://far.test/users/${name}#main-key`)
    const account = await personElsewhere(world, name, 'far.test', {
      kind: name === 'server' ? 'application' : 'person',
      keys: [{ uri: key.uri, kind: 'rsa', publicKey: key.publicPem }],
    })
    keys[who] = key
    if (name === 'follower' || name === 'former')
      await requestFollow(world, account, anna, `${account.uri}/follows/1`)
    if (name === 'blocked') {
      await requestFollow(world, account, anna, `${account.uri}/follows/1`)
      await blockAccount(world, anna, account)
    }
    if (name === 'former') await undoFollow(world, { followerId: account.id, followedId: anna.id })
  }
  for (const who of ['follower', 'former'] as const)
    await requestFollow(world, people[who] as LocalAccount, anna)
  await undoFollow(world, { followerId: (people.former as LocalAccount).id, followedId: anna.id })
  await requestFollow(world, people.blocked as LocalAccount, anna)
  await blockAccount(world, anna, people.blocked as LocalAccount)
  const names = '@mentioned @mentioned@far.test @blocked @blocked@far.test #matrix'
  const policy = { reply: 'nobody+ask' } as const
  for (const visibility of ['public', 'unlisted'] as const)
    posts[visibility] = await publishPost(world, anna, { text: `open words ${names}`, visibility, policy })
  before = await everyDerived()
  clock.advance(1000)
  for (const visibility of ['followers', 'direct'] as const)
    posts[visibility] = await publishPost(world, anna, { text: `${HIDDEN} ${names} #hushed`, visibility })
  // Private replies to an open post are counted and listed nowhere.
  const parent = posts.public
  const text = `${HIDDEN} again #matrix`
  await publishPost(world, anna, { text, visibility: 'followers', replyTo: parent })
  await publishPost(world, anna, { text, visibility: 'direct', replyTo: parent })
  // Nor is one that waits for approval, whoever it names.
  const held = { text: `${text} @stranger @former@far.test`, visibility: 'public', replyTo: parent } as const
  await publishPost(world, people.follower as LocalAccount, held)
  after = await everyDerived()
  for (const visibility of visibilities) stamps[visibility] = await stampFor(posts[visibility])
  const rows = await whole.db.selectFrom('activity').select(['id', 'post_id']).execute()
  for (const visibility of visibilities)
    activities[visibility] = String(rows.find((row) => row.post_id === posts[visibility])?.id)
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

/** The stamp of somebody who was allowed to answer a post. */
async function stampFor(postId: PostId): Promise<string> {
  const { world, db } = whole
  const [target, actor] = await Promise.all([
    findPostByUri(db, world.uris.post(postId)),
    findAccountByUri(db, 'https://far.test/users/mentioned'),
  ])
  if (!target || !actor) throw new Error('nobody to allow it')
  const wanted = { kind: 'reply', actor, target, uri: `${actor.uri}/notes/${postId}` } as const
  const stampUri = await transact(db, (tx) => grantApproval(world, tx, wanted))
  return String(world.uris.stampIdFrom(stampUri ?? ''))
}

/** all that was ever told to anybody */
const everTold = new Set<string>()

async function ask(who: Who, path: string, face: Face): Promise<Reply> {
  const reply = await send(who, path, face)
  everTold.add(JSON.stringify(reply.headers) + reply.text)
  return reply
}

function send(who: Who, path: string, face: Face): Promise<Reply> {
  const accept = faces[face]
  const key = keys[who]
  if (!key) {
    const [cookie, token] = [sessions[who], tokens[who]]
    return whole.ask(path, {
      headers: { accept, ...(cookie && { cookie: `__Host-weft=${cookie}` }), ...(token && bearing(token)) },
    })
  }
  const outgoing = { method: 'GET', url: ORIGIN + path, headers: { accept }, body: undefined }
  return whole.ask(path, { headers: signed(outgoing, key).headers })
}

/** All that an answer tells: everything but when it was given and how long its connection stays. */
function told({ status, headers, text }: Reply) {
  const { date: _date, ...rest } = headers
  return { status, headers: rest, text }
}

const outsiders = [
  'nobody',
  'stranger',
  'former',
  'blocked',
  'far former',
  'far blocked',
  'app stranger',
  'app former',
  'app blocked',
] as const

/** The state of every derived place, as everybody but the author finds it; kept answers are left to run out first. */
async function everyDerived(): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>()
  const ids = { author: anna.id, name: anna.name }
  const places = [
    ...Object.values(known).flatMap((each) =>
      typeof each === 'object' && each.of === 'many' ? each.paths(ids) : [],
    ),
    ...wellKnown,
    ...ownedBy(anna.id),
    ...(['', '/replies', '/replies?cursor=first', '/likes', '/shares', '/context'] as const).map(
      (more) => `/ap/posts/${posts.public}${more}`,
    ),
    `/@anna/${posts.public}`,
  ]
  for (const who of outsiders)
    for (const face of ['activity', 'page'] as const)
      for (const path of places) found.set(`${who} ${face} ${path}`, told(await ask(who, path, face)))
  return found
}

describe('the routes', () => {
  interface Layer {
    readonly name: string
    readonly route?: {
      readonly path: string | readonly string[]
      readonly methods: Readonly<Record<string, boolean>>
    }
    readonly handle: { readonly stack?: readonly Layer[] }
  }
  const leaves = (stack: readonly Layer[]): Layer[] =>
    stack.flatMap((layer) => (layer.handle.stack ? leaves(layer.handle.stack) : [layer]))
  const stack = () => (whole.express as unknown as { router: { stack: readonly Layer[] } }).router.stack

  test('of Express that can be read are all known here', () => {
    const read = leaves(stack())
      .filter((layer) => layer.route?.methods.get)
      .flatMap((layer) => [layer.route?.path ?? ''].flat())
      .map((path) => path.replace(/^\/assets\/.*/, '/assets/*'))
    expect(read.length).toBeGreaterThan(15)
    expect([...new Set(read)].filter((path) => !(path in known))).toEqual([])
    // CORS, inbox, media, apps, OAuth, the Mastodon API, surface, pages, errors: whatever else is put beside them has to be known here as well.
    expect(stack().map((layer) => layer.name)).toEqual([
      'openPrograms',
      'router',
      'router',
      '<anonymous>',
      '<anonymous>',
      '<anonymous>',
      '<anonymous>',
      'router',
      '<anonymous>',
    ])
  })

  test('of the Fedify surface are all known here', () => {
    const registered: string[] = []
    const federation = createFederation<Reading>({
      origin: ORIGIN,
      handleHost: 'weft.test',
      kv: new MemoryKvStore(),
      fetcher: { json: (url) => Promise.reject(new Error(`nothing may be fetched: ${url}`)) },
    })
    const recording = new Proxy(federation, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return (...parameters: unknown[]) => {
          if (String(name).startsWith('set'))
            registered.push(
              ...parameters.filter((each) => typeof each === 'string' && each.startsWith('/')).map(String),
            )
          return (value as (...all: unknown[]) => unknown).apply(target, parameters)
        }
      },
    })
    const { db, world, clock } = whole
    activityPub({
      db,
      uris: world.uris,
      clock,
      federation: recording,
      documents: createDocuments({ origin: ORIGIN, handleHost: 'weft.test' }),
      keyring: createKeyring(new Secret('a secret of the tests, long enough'), world.uris),
      keys: { find: (uri) => findKey(db, uri), refetch: async () => undefined },
      blocks: () => false,
      authorizedFetch: false,
      software: { version: '0.1.0', openRegistrations: false },
      log: silentLog,
    })
    expect(registered.length).toBeGreaterThan(10)
    expect(registered.filter((path) => !(path in known))).toEqual([])
  })
})

const pathOf = (pattern: string, id: string) =>
  pattern.replace(/\{id\}|:id/, id).replace(/\{identifier\}|:name/, 'anna')

const ofPosts = Object.entries(known).flatMap(([pattern, each]) =>
  typeof each === 'object' && each.of !== 'many' ? [{ pattern, each }] : [],
)

describe.each(viewers)('S-080, S-081, S-082: %s', (who) => {
  test.each(ofPosts)(
    'gets from $pattern what is theirs, and else what a missing id gets',
    async ({ pattern, each }) => {
      for (const visibility of visibilities) {
        const id = { activity: activities, stamp: stamps, post: posts }[each.of][visibility]
        for (const face of ['activity', 'page', 'whatever'] as const) {
          const got = await ask(who, pathOf(pattern, id), face)
          const missing = await ask(who, pathOf(pattern, NOBODYS), face)
          const where = `${who}, ${visibility}, ${pattern} as ${face}`
          expect(missing.status, where).toBe(404)
          if (allowed(who, visibility, pattern, face, each)) {
            expect(got.status, where).toBe(each.seen[face])
            const isOpen = visibility === 'public' || visibility === 'unlisted'
            if (!isOpen) expect(got.headers['cache-control'] ?? '', where).not.toContain('public')
          } else if (who === 'far blocked' || (who === 'app blocked' && isShut(who, pattern, face))) {
            // That it is there they can read without saying who they are; so only what it says matters.
            expect(got.status, where).toBe(404)
            expect(got.text, where).not.toContain('words')
          } else {
            expect(told(got), where).toEqual(told(missing))
            expect(got.text, where).not.toContain(HIDDEN)
          }
        }
      }
    },
  )

  test('finds no private post, nor a number or preview of one, wherever posts come together', async () => {
    for (const [place, answer] of after) {
      if (!place.startsWith(`${who} `)) continue
      expect(answer, place).toEqual(before.get(place))
      expect(JSON.stringify(answer), place).not.toContain(HIDDEN)
    }
  })
})

const isApp = (who: Who) => (apps as readonly Who[]).includes(who)

/** Where a blocked reader is known as who they are: people here by their cookie on pages, others by their signature. */
function isShut(who: Who, pattern: string, face: Face): boolean {
  if (who === 'blocked') return face === 'page' || (pattern.startsWith('/@') && face === 'whatever')
  if (who === 'app blocked') return face !== 'page' && !pattern.startsWith('/@')
  if (who !== 'far blocked') return false
  return face !== 'page' && !(pattern.startsWith('/@') && face === 'whatever')
}

function allowed(who: Who, visibility: Visibility, pattern: string, face: Face, each: OfPost): boolean {
  if (each.seen[face] === 404) return false
  if (isShut(who, pattern, face)) return false
  if (visibility === 'public' || visibility === 'unlisted') return true
  if (each.openOnly && !isApp(who)) return false
  const isPage = pattern.startsWith('/@')
  const asPerson = (face === 'page' || isPage) && privy[visibility].page.includes(who)
  // What is a page is none of an app's business, whatever it would rather have.
  if (isApp(who) && isPage) return false
  const asServer =
    (face === 'activity' || (face === 'whatever' && !isPage)) && privy[visibility].document.includes(who)
  return asPerson || asServer
}

test('the places where posts come together were really looked at, and do change when an open post comes', async () => {
  expect(after.size).toBeGreaterThan(100)
  await publishPost(whole.world, anna, { text: 'one more #matrix', visibility: 'public' })
  const now = await everyDerived()
  const changed = [...now].filter(
    ([place, answer]) => JSON.stringify(answer) !== JSON.stringify(after.get(place)),
  )
  const places = new Set(changed.map(([place]) => place.replace(/^.* \//, '/')))
  for (const place of [
    '/',
    '/@anna',
    '/tags/matrix',
    `/ap/actors/${anna.id}/outbox`,
    '/nodeinfo/2.1',
    '/about',
  ])
    expect([...places]).toContain(place)
})

test.each(visibilities)(
  'whoever comes from another server with a %s post finds it only if they may see it',
  async (visibility) => {
    const uri = encodeURIComponent(`${ORIGIN}/ap/posts/${posts[visibility]}`)
    const open = visibility === 'public' || visibility === 'unlisted'
    for (const who of here) {
      const reply = await ask(who, `/authorize_interaction?uri=${uri}`, 'page')
      const seen = who !== 'blocked' && (open || privy[visibility].page.includes(who))
      expect([who, reply.status, /<article/.test(reply.text)]).toEqual([who, 200, seen])
      if (!seen) expect(reply.text).not.toContain(HIDDEN)
    }
    expect((await ask('nobody', `/authorize_interaction?uri=${uri}`, 'page')).status).toBe(303)
    expect((await ask('nobody', `/interact?uri=${uri}`, 'page')).status).toBe(open ? 200 : 404)
  },
)

test('a relation is nobody’s to read: no Follow and no answer to one', async () => {
  const rows = await whole.db
    .selectFrom('activity')
    .select(['id', 'kind'])
    .where('kind', 'in', ['Follow', 'Accept', 'Undo', 'Reject'])
    .where('body', 'like', '%"Follow"%')
    .execute()
  expect(rows.length).toBeGreaterThan(0)
  for (const { id } of rows)
    for (const who of ['nobody', 'follower', 'far stranger'] as const)
      expect(told(await ask(who, `/ap/activities/${id}`, 'activity'))).toEqual(
        told(await ask(who, `/ap/activities/${NOBODYS}`, 'activity')),
      )
})

test('once it is deleted, a private post has left no more than a missing one, and nor has its Delete', async () => {
  for (const visibility of visibilities) {
    await removePost(whole.world, anna, posts[visibility])
    const open = visibility === 'public' || visibility === 'unlisted'
    for (const face of ['activity', 'page'] as const)
      for (const pattern of ['/ap/posts/{id}', '/@:name/:id', '/ap/posts/{id}/replies'])
        for (const who of ['nobody', 'stranger', 'far stranger'] as const) {
          const got = await ask(who, pathOf(pattern, posts[visibility]), face)
          const missing = await ask(who, pathOf(pattern, NOBODYS), face)
          const where = `${who}, ${visibility}, ${pattern} as ${face}`
          if (!open) expect(told(got), where).toEqual(told(missing))
          else if (pattern === '/@:name/:id') expect(got.status, where).toBe(410)
        }
  }
  const deletes = await whole.db
    .selectFrom('activity')
    .select(['id', 'body'])
    .where('kind', '=', 'Delete')
    .execute()
  expect(deletes).toHaveLength(4)
  for (const { id, body } of deletes) {
    const isOpen = [posts.public, posts.unlisted].some((post) => body.includes(post))
    const got = await ask('nobody', `/ap/activities/${id}`, 'activity')
    expect(got.status, body).toBe(isOpen ? 200 : 404)
  }
})

test('S-161: no answer to anybody holds a private key, open or sealed', async () => {
  const keys = await whole.db
    .selectFrom('account_key')
    .select(['public_key as publicKey', 'private_key_sealed as sealed'])
    .where('private_key_sealed', 'is not', null)
    .execute()
  const all = [...everTold].join('\n')
  const told = keys.filter(({ publicKey }) => all.includes(JSON.stringify(publicKey).slice(1, -1)))
  expect(told.length, 'public halves were told').toBeGreaterThan(2)
  for (const { sealed } of keys) {
    for (const form of ['base64', 'base64url', 'hex'] as const)
      expect(all).not.toContain(sealed?.toString(form).slice(0, 40))
  }
  // PEM of any kind, JWK, multibase of an Ed25519 secret, PKCS#8 and PKCS#1 as bare base64.
  expect(all).not.toMatch(/PRIVATE KEY|"(?:d|p|q|dp|dq|qi)":|secretKey|privateKey|\bz3u2|MIIE[ov]/)
})

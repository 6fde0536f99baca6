import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { openSession } from '../../src/domain/accounts/session.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { appIn, codeFor, postForm } from '../support/apps.ts'
import { picture } from '../support/files.ts'
import { type Json, noteBy, PUBLIC, posted } from '../support/outbox.ts'
import { type RegisteredRoute, recordRoutes } from '../support/routes.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { type Ask, type Reply, startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/*
 * S-145 and S-144 at every route that the server really has, of this API, of the authorization server and of files: what
 * Express has registered is written down as the parts are loaded, and a route that nobody knows here fails.
 */

const routes = recordRoutes()
const AS2 = { 'content-type': 'application/activity+json' }
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let carl: LocalAccount
/** of Ben's app: everything that apps can be given */
let token: string
let session: string
/** what is Anna's, by what it is */
let hers: Readonly<Record<Mine, string>>

type Mine =
  | 'open'
  | 'hidden'
  | 'create'
  | 'object'
  | 'collection'
  | 'upload'
  | 'file'
  | 'follow'
  | 'like'
  | 'asked'
  | 'item'
  | 'came'
type Spelt = Readonly<Record<Mine | 'actor' | 'outbox' | 'inbox', string>>

interface Attempt extends Ask {
  readonly path: string
  /** instead of 401, 403 or 404 */
  readonly answers?: (reply: Reply) => void
}
type Attempts = (her: Spelt) => readonly Attempt[]

/** What Ben's app tries at each route with what is Anna's. */
const known: Readonly<Record<string, Attempts | 'takes no ids of anybody'>> = {
  '/ap/inbox': 'takes no ids of anybody',
  '/ap/actors/:id/inbox': ({ inbox, actor, open }) => [
    { path: inbox },
    { path: `${inbox}?cursor=first` },
    { path: inbox, ...post({ type: 'Like', id: `${ORIGIN}/x`, actor, object: open }) },
  ],
  '/ap/actors/:id/inbox/seek': ({ inbox, came }) => [
    { path: `${inbox}/seek?item=${encodeURIComponent(came)}` },
  ],
  '/ap/actors/:id/inbox/filtered': ({ inbox }) => [{ path: `${inbox}/filtered?type=Create` }],
  ...Object.fromEntries(
    ['home', 'notifications'].flatMap((name): [string, Attempts][] =>
      ['', '/seek?item=x', '/filtered?type=Create'].map((more) => [
        `/ap/actors/:id/streams/${name}${more.replace(/\?.*/, '')}`,
        ({ actor }) => [{ path: `${actor}/streams/${name}${more}` }],
      ]),
    ),
  ),
  '/ap/received/:id': ({ item }) => [{ path: item }],
  '/ap/actors/:id/outbox': ({ actor, outbox, open, hidden, create, object, collection, upload, ...her }) => [
    { path: outbox, ...post({ type: 'Note', content: 'in her name', to: [PUBLIC] }) },
    { path: outbox, ...post({ type: 'Update', object: { id: actor, name: 'Ben' } }) },
    ...[
      { type: 'Create', actor, object: { type: 'Note', content: 'x' } },
      { type: 'Note', attributedTo: actor, content: 'x' },
      { type: 'Note', content: 'x', inReplyTo: hidden, to: [PUBLIC] },
      { type: 'Note', content: 'x', attachment: [upload], to: [PUBLIC] },
      { type: 'Update', object: { id: actor, name: 'Ben' } },
      { type: 'Update', object: { id: open, content: 'x' } },
      { type: 'Update', object: { id: hidden, content: 'x' } },
      { type: 'Update', object: { id: object, name: 'x' } },
      { type: 'Update', object: { id: collection, name: 'x' } },
      { type: 'Update', object: { id: upload, name: 'x' } },
      { type: 'Delete', object: actor },
      { type: 'Delete', object: open },
      { type: 'Delete', object: hidden },
      { type: 'Delete', object: create },
      { type: 'Delete', object },
      { type: 'Delete', object: collection },
      { type: 'Delete', object: upload },
      { type: 'Undo', object: her.follow },
      { type: 'Undo', object: her.like },
      { type: 'Undo', object: { type: 'Like', actor, object: open } },
      { type: 'Accept', object: her.asked },
      { type: 'Reject', object: her.asked },
      { type: 'Like', object: hidden },
      { type: 'Announce', object: hidden },
      { type: 'Add', object: open, target: collection },
      { type: 'Remove', object: open, target: collection },
      { type: 'Add', object: open, target: `${actor}/featured` },
      { type: 'Remove', object: ben.uri, target: `${actor}/followers` },
      { type: 'Move', object: actor, target: ben.uri },
    ].map((activity) => ({ path: `${ben.uri}/outbox`, ...post(activity), answers: refusedOrUnknown })),
  ],
  '/ap/actors/:id/uploads': ({ actor }) => [{ path: `${actor}/uploads`, ...uploading() }],
  '/ap/proxy': ({ inbox, hidden, object, item, upload, outbox }) => [
    ...[inbox, hidden, object, item, upload, `${outbox.replace('outbox', 'blocked')}`].map((id) => ({
      path: '/ap/proxy',
      method: 'POST',
      headers: FORM,
      body: String(new URLSearchParams({ id })),
    })),
  ],
  '/ap/streams/tickets': ({ inbox, hidden, object, actor }) => [
    ...[inbox, hidden, object, `${actor}/blocked`, `${actor}/streams/home`].map((of) => ({
      path: '/ap/streams/tickets',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream: `${of}/events` }),
    })),
    // Told apart from routes by their ends, the streams themselves.
    ...[inbox, hidden, object, `${actor}/blocked`, `${actor}/pending_followers`, `${actor}/streams/home`].map(
      (of) => ({ path: `${of}/events` }),
    ),
  ],
  '/ap/streams/proxy': ({ inbox }) => [
    {
      path: `/ap/streams/proxy?id=${encodeURIComponent(`${inbox}/events`)}`,
      answers: ({ status }) => expect([400, 403, 404]).toContain(status),
    },
  ],
  '/ap/autocomplete': 'takes no ids of anybody',
  '/ap/actors/:id/followers_synchronization': ({ actor }) => [{ path: `${actor}/followers_synchronization` }],
  '/media/:file': ({ file }) => [{ path: file }],
  '/.well-known/oauth-authorization-server': 'takes no ids of anybody',
  '/.well-known/oauth-protected-resource': 'takes no ids of anybody',
  '/.well-known/oauth-protected-resource/{*path}': 'takes no ids of anybody',
  '/oauth/register': 'takes no ids of anybody',
  '/oauth/userinfo': 'takes no ids of anybody',
  '/oauth/authorize': 'takes no ids of anybody',
  // Answered by a cookie, which a token is none; test/c2s/c4-authorize has what sessions may.
  '/oauth/authorize/:request': () => [],
  '/oauth/par': 'takes no ids of anybody',
  // By the token itself, not by an id: below.
  '/oauth/token': () => [],
  '/oauth/revoke': () => [],
  '/oauth/introspect': () => [],
  // Pages by cookie, with an address of their own on this face.
  '/ap/actors/:id': 'takes no ids of anybody',
  '/ap/posts/:id': ({ hidden }) => [{ path: hidden }],
}

/** Registered with Fedify, not with Express: test/flows/visibility has all that can be read there. */
const ofFedify: Attempts = ({ actor, hidden, object, upload, create }) => [
  ...['pending_followers', 'pending_following', 'blocked', 'blocks'].map((list) => ({
    path: `${actor}/${list}`,
  })),
  ...[hidden, object, upload, create, `${hidden}/likes`, `${hidden}/replies`, `${hidden}/shares`].map(
    (path) => ({
      path,
    }),
  ),
]

function post(activity: Json): Ask {
  return { method: 'POST', headers: AS2, body: JSON.stringify(activity) }
}

let png: Uint8Array
function uploading(): Ask {
  const body = Buffer.concat([
    Buffer.from(
      '--b\r\ncontent-disposition: form-data; name="file"; filename="x.png"\r\ncontent-type: image/png\r\n\r\n',
    ),
    png,
    Buffer.from('\r\n--b--\r\n'),
  ])
  return { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=b' }, body }
}

/** Of what is private, it is not even told that it is there. */
function refusedOrUnknown({ status, text }: Reply): void {
  const { type = '', code = '' } = JSON.parse(text) as { type?: string; code?: string }
  if (status === 400)
    expect
      .soft(`${type} ${code}`)
      .toMatch(/object-does-not-exist|principal-actor-mismatch|act\.(?:use-instead|no-follow)/)
  else expect.soft([403, 404, 422], text).toContain(status)
}

beforeAll(async () => {
  png = await picture({ format: 'png' })
  whole = await startWhole()
  const { world } = whole
  anna = await personHere(world, 'anna', { manuallyApprovesFollowers: true })
  ben = await personHere(world, 'ben')
  carl = await personHere(world, 'carl')
  token = await tokenFor(world, ben)
  session = await openSession(world, ben.id, undefined)
  await requestFollow(world, carl, anna)
  await requestFollow(world, anna, carl)
  const annas = bearing(await tokenFor(world, anna))
  await whole.ask(`/ap/actors/${anna.id}/inbox`, { headers: annas })
  await posted(whole, carl, { type: 'Note', content: 'for Anna alone', to: [anna.uri] })
  const open = await noteBy(whole, anna, 'open words')
  const hidden = await noteBy(whole, anna, 'hidden words', 'direct')
  const create = await posted(whole, anna, { type: 'Note', content: 'for nobody' })
  const object = await posted(whole, anna, { type: 'Place', name: 'A well' })
  const collection = await posted(whole, anna, { type: 'Collection', name: 'hers' })
  await posted(whole, anna, { type: 'Add', object: open, target: idOf(collection) })
  const like = await posted(whole, anna, { type: 'Like', object: open })
  const upload = await whole.ask(`/ap/actors/${anna.id}/uploads`, {
    ...uploading(),
    headers: { ...annas, 'content-type': 'multipart/form-data; boundary=b' },
  })
  const media = JSON.parse(upload.text) as { id: string; url: [{ href: string }] }
  const follows = await whole.db.selectFrom('follow').select(['uri', 'follower_id']).execute()
  const inbox = await whole.db
    .selectFrom('inbox_item')
    .select(['id', 'uri'])
    .where('owner_id', '=', anna.id)
    .execute()
  hers = {
    open,
    hidden,
    create: create.id,
    object: idOf(object),
    collection: idOf(collection),
    upload: media.id,
    file: media.url[0].href,
    like: like.id,
    follow: String(follows.find((row) => row.follower_id === anna.id)?.uri),
    asked: String(follows.find((row) => row.follower_id === carl.id)?.uri),
    came: String(inbox[0]?.uri),
    item: `${ORIGIN}/ap/received/${inbox[0]?.id}`,
  }
  await whole.settled()
  // What is loaded when it is asked for, so that its routes are there.
  for (const path of ['/ap/nothing', '/oauth/token', '/api/v1/instance']) await whole.ask(path)
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const idOf = ({ object }: Json) => String((object as Json).id)
const isOurs = ({ path }: RegisteredRoute) =>
  /^\/(ap|oauth|media)\b/.test(path) || path.startsWith('/.well-known/oauth')
const spelt = (): Spelt => ({
  ...hers,
  actor: anna.uri,
  outbox: `${anna.uri}/outbox`,
  inbox: `${anna.uri}/inbox`,
})

const attempts = () =>
  [...Object.values(known), ofFedify].flatMap((each) => (typeof each === 'function' ? each(spelt()) : []))
/** Streams stay open, other servers sign, what is sought is not there, and those two lists are not narrowed. */
const UNLIKE_READS = /\/events|streams\/proxy|followers_synchronization|item=x$|streams\/\w+\/filtered/

/** Every row of every table, but for those that only say when somebody was last here. */
async function everything(): Promise<Record<string, string>> {
  const names = await sql<{ name: string }>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`.execute(whole.db)
  const found: Record<string, string> = {}
  for (const { name } of names.rows) {
    if (['login', 'client_grant', 'rate_limit', 'session', 'post_text', 'actor_budget'].includes(name))
      continue
    const { rows } = await sql<{
      sum: string
    }>`SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, ' ' ORDER BY t::text), '')) AS sum
       FROM ${sql.table(name)} AS t`.execute(whole.db)
    found[name] = rows[0]?.sum ?? ''
  }
  return found
}

describe('S-145, e9: with the token of another', () => {
  test('every route is known here', () => {
    const ours = routes().filter(isOurs)
    expect(ours.length).toBeGreaterThan(25)
    expect(ours.map(({ path }) => path).filter((path) => !(path in known))).toEqual([])
    expect(Object.keys(known).filter((path) => !ours.some((route) => route.path === path))).toEqual([])
  })

  test('what is asked for is there, for her own app', async () => {
    const annas = bearing(await tokenFor(whole.world, anna))
    const reads = attempts().filter(({ path, method }) => method === undefined && !UNLIKE_READS.test(path))
    expect(reads.length).toBeGreaterThan(15)
    for (const { path } of reads) {
      const headers = { accept: 'application/activity+json', ...annas }
      const { status } = await whole.ask(path.replace(ORIGIN, ''), { headers })
      expect.soft([200, 307], `${path}: ${status}`).toContain(status)
    }
  })

  test('what is Anna’s cannot be read or changed at any of them', async () => {
    const before = await everything()
    const all = attempts()
    expect(all.length).toBeGreaterThan(60)
    for (const { path: address, answers, ...ask } of all) {
      const path = address.replace(ORIGIN, '')
      const asked = { accept: 'application/activity+json', ...ask.headers }
      const reply = await whole.ask(path, { ...ask, headers: { ...asked, ...bearing(token) } })
      const where = `${ask.method ?? 'GET'} ${path} ${ask.body ?? ''}`.slice(0, 300)
      expect.soft([401, 403, 404, 400, 422], `${where}: ${reply.status}`).toContain(reply.status)
      if (answers) answers(reply)
      else expect.soft([401, 403, 404], `${where}: ${reply.status} ${reply.text}`).toContain(reply.status)
      expect(reply.text, where).not.toMatch(/hidden words|for nobody|A well|for Anna alone/)
    }
    expect(await everything()).toEqual(before)
  })

  test('nor by the cookie of another, which counts for nothing there', async () => {
    const cookie = `__Host-weft=${session}`
    for (const path of [`${ben.uri}/inbox`, `${ben.uri}/blocked`].map((each) => each.replace(ORIGIN, '')))
      expect(
        (await whole.ask(path, { headers: { cookie, accept: 'application/activity+json' } })).status,
      ).toBe(401)
    const note = post({ type: 'Note', content: 'x' })
    const reply = await whole.ask(`/ap/actors/${ben.id}/outbox`, { ...note, headers: { ...AS2, cookie } })
    expect(reply.status).toBe(401)
  })

  test('tokens of another app are of no use to an app, and it learns nothing of them', async () => {
    const [one, other] = [await appIn(whole.world), await appIn(whole.world)]
    const { json } = await postForm(whole, '/oauth/token', await codeFor(whole.world, anna, one))
    const access = { token: String(json.access_token) }
    const before = await everything()
    const theirs = { client_id: other.id }
    expect((await postForm(whole, '/oauth/introspect', { ...access, ...theirs })).json).toEqual({
      active: false,
    })
    expect((await postForm(whole, '/oauth/introspect', access, bearing(token))).json).toEqual({
      active: false,
    })
    expect((await postForm(whole, '/oauth/revoke', { ...access, ...theirs })).status).toBe(200)
    const refresh = { grant_type: 'refresh_token', refresh_token: String(json.refresh_token) }
    const refused = await postForm(whole, '/oauth/token', { ...refresh, ...theirs })
    expect([refused.status, refused.json.error]).toEqual([400, 'invalid_grant'])
    expect(await everything()).toEqual(before)
    expect((await postForm(whole, '/oauth/introspect', access, bearing(access.token))).json.active).toBe(true)
  })
})

describe('S-144, e8: to pages of other sites', () => {
  const PAGES = /^\/(oauth\/authorize|accounts|sign-|setup|@|tags|about|privacy|terms|interact|authorize_|$)/
  const concrete = (path: string) =>
    path
      .replace(/\{\*?\/?\*?\w+\}/, '')
      .replace(':file', 'x.png')
      .replace(':id', () => (path.startsWith('/ap/actors') ? anna.id : '1'))
      .replace(/:\w+/, 'x')
  const asking = { origin: 'https://page.test', accept: 'application/json' }

  test('every answer of every route for programs is open, without credentials; errors and preflights too', async () => {
    const programs = routes().filter((route) => isOurs(route) || route.path.startsWith('/api/'))
    for (const { path } of programs.filter((route) => !PAGES.test(route.path))) {
      const at = concrete(path)
      const preflight = {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      }
      for (const ask of [
        { headers: asking },
        { headers: { ...asking, ...bearing('none') } },
        { method: 'POST', headers: { ...asking, ...FORM }, body: '%' },
        { method: 'OPTIONS', headers: { ...asking, ...preflight } },
        { method: 'PATCH', headers: asking },
      ]) {
        const { status, headers } = await whole.ask(at, ask)
        const where = `${ask.method ?? 'GET'} ${at}: ${status}`
        expect.soft(headers['access-control-allow-origin'], where).toBe('*')
        expect.soft(headers['access-control-allow-credentials'], where).toBeUndefined()
        expect.soft(status, where).toBeLessThan(500)
      }
    }
  })

  test('no page that looks at a cookie is', async () => {
    const cookie = `__Host-weft=${session}`
    const pages = routes().filter(({ path }) => PAGES.test(path))
    expect(pages.length).toBeGreaterThan(25)
    for (const { path } of pages)
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const headers = { origin: 'https://page.test', accept: 'text/html', cookie }
        const reply = await whole.ask(concrete(path), { method, headers })
        const told = Object.keys(reply.headers).filter((name) => name.startsWith('access-control-'))
        expect.soft(told, `${method} ${path}`).toEqual([])
      }
  })
})

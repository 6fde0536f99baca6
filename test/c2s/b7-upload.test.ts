import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { openSession } from '../../src/domain/accounts/session.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { issueToken } from '../../src/domain/grants/issue.ts'
import { scopesFrom } from '../../src/domain/grants/scopes.ts'
import { diskStorage } from '../../src/media/storage.ts'
import { removeStrayFiles } from '../../src/media/upload.ts'
import { film, hugePng, picture, sound } from '../support/files.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

type Json = Record<string, unknown>
type Part = readonly [name: string, value: string | Uint8Array, more?: { type?: string; fileName?: string }]

let server: Whole
let [anna, ben, cleo]: LocalAccount[] = []
let png: Uint8Array
const tokens = new Map<string, string>()
const folder = await mkdtemp(join(tmpdir(), 'weft-uploads-'))

beforeAll(async () => {
  server = await startWhole(['far.test'], { WEFT_DATA_DIR: folder })
  anna = await personHere(server.world, 'anna')
  ben = await personHere(server.world, 'ben')
  cleo = await personHere(server.world, 'cleo')
  for (const account of [anna, ben, cleo]) tokens.set(account.id, await tokenFor(account, 'read write'))
  await requestFollow(server.world, cleo, anna)
  png = await picture({ format: 'png', width: 40, height: 30 })
}, 60_000)
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function tokenFor(account: LocalAccount, scopes: string): Promise<string> {
  const { accessToken } = await issueToken(server.world, {
    accountId: account.id,
    scopes: scopesFrom(scopes),
  })
  return accessToken
}

const BORDER = 'border-of-the-tests'
function form(parts: readonly Part[]): Buffer {
  const lines = parts.flatMap(([name, value, { type, fileName } = {}]) => [
    Buffer.from(
      `--${BORDER}\r\nContent-Disposition: form-data; name="${name}"` +
        (fileName === undefined ? '' : `; filename="${fileName}"`) +
        (type === undefined ? '' : `\r\nContent-Type: ${type}`) +
        '\r\n\r\n',
    ),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...lines, Buffer.from(`--${BORDER}--\r\n`)])
}

const asFile = (bytes: Uint8Array, type = 'image/png', fileName = 'x.png'): Part => [
  'file',
  bytes,
  { type, fileName },
]
const asShell = (shell: Json): Part => ['object', JSON.stringify(shell), { type: 'application/ld+json' }]

async function upload(
  parts: readonly Part[],
  how: { as?: LocalAccount; token?: string; type?: string; key?: string } = {},
) {
  const account = how.as ?? (anna as LocalAccount)
  const reply = await server.ask(`/ap/actors/${account.id}/uploads`, {
    method: 'POST',
    headers: {
      'content-type': how.type ?? `multipart/form-data; boundary=${BORDER}`,
      authorization: `Bearer ${how.token ?? tokens.get(account.id)}`,
      ...(how.key !== undefined && { 'idempotency-key': how.key }),
    },
    body: form(parts),
  })
  return { ...reply, json: reply.text === '' ? {} : (JSON.parse(reply.text) as Json) }
}

const ACTIVITY = { accept: 'application/activity+json' }
const by = (account: LocalAccount | undefined) => ({
  authorization: `Bearer ${tokens.get(account?.id ?? '')}`,
})
const pathOf = (url: unknown) => new URL(String(url)).pathname
const linkOf = (object: Json) => (object.url as Json[])[0] as Json
const fileAt = (object: Json, headers: Record<string, string> = {}) =>
  server.ask(pathOf(linkOf(object).href), { headers })
const filesKept = async () =>
  (await readdir(folder, { recursive: true })).filter(
    (name) => /\.\w+$/.test(name) && !name.startsWith('secret'),
  )

describe('b7: a file alone', () => {
  test('becomes a media object with all that is known of it, and nothing is posted', async () => {
    const reply = await upload([asFile(png), ['description', 'A red field']])
    expect(reply.status).toBe(201)
    expect(reply.headers['content-type']).toBe('application/activity+json; charset=utf-8')
    expect(reply.headers.location).toBe(reply.json.id)
    expect(reply.headers['access-control-expose-headers']).toContain('Location')
    expect(reply.headers['cache-control']).toBe('private, no-cache')
    expect(reply.headers.etag).toMatch(/^".+"$/)
    expect(Object.keys(reply.json)[0]).toBe('@context')
    expect(reply.json).toMatchObject({
      type: 'Image',
      attributedTo: anna?.uri,
      name: 'A red field',
      mediaType: 'image/png',
      width: 40,
      height: 30,
      blurhash: expect.stringMatching(/^.{28}$/),
      url: [{ type: 'Link', mediaType: 'image/png', width: 40, height: 30 }],
    })
    expect(pathOf(linkOf(reply.json).href)).toMatch(/^\/media\/[0-9a-f]{32}\.png$/)
    expect(await server.db.selectFrom('post').select('id').execute()).toEqual([])
    const said = await server.db.selectFrom('activity').select('kind').execute()
    expect(said.filter(({ kind }) => kind === 'Create')).toEqual([])
  })

  test('is described by a shell, whose own words come back, and nothing in it speaks for the server', async () => {
    const shell = {
      '@context': 'https://www.w3.org/ns/activitystreams',
      type: 'Image',
      id: 'https://far.test/1',
      name: 'A hill',
      attributedTo: 'https://far.test/users/eve',
      url: 'https://far.test/evil.svg',
      focalPoint: [0.5, -0.25],
      license: 'CC-BY-4.0',
      bto: [ben?.uri],
    }
    const { status, json } = await upload([asShell(shell), asFile(png)])
    expect(status).toBe(201)
    expect(json).toMatchObject({
      name: 'A hill',
      focalPoint: [0.5, -0.25],
      license: 'CC-BY-4.0',
      attributedTo: anna?.uri,
    })
    expect(json.id).toMatch(/^https:\/\/weft\.test\/ap\/media\/\d+$/)
    expect(JSON.stringify(json)).not.toMatch(/far\.test|bto/)
  })

  test('a shell may come as a file part, and as a plain field after the file', async () => {
    const blob: Part = ['object', '{"name":"first"}', { type: 'application/activity+json', fileName: 'blob' }]
    expect((await upload([blob, asFile(png)])).json).toMatchObject({ name: 'first' })
    expect((await upload([asFile(png), ['object', '{"name":"second"}']])).json).toMatchObject({
      name: 'second',
    })
  })

  test.each([
    [
      'Video',
      () => film({ seconds: 2.5, width: 64, height: 48 }),
      { duration: 'PT2.5S', width: 64, height: 48 },
    ],
    [
      'Audio',
      () => sound({ secret: 'me' }),
      { mediaType: 'audio/mpeg', duration: expect.stringMatching(/^PT0\.\d+S$/) },
    ],
  ] as const)('is a %s when its bytes are, whatever they are called', async (type, bytes, more) => {
    const { status, json } = await upload([asFile(bytes(), 'image/png', 'cat.png')])
    expect([status, json.type]).toEqual([201, type])
    expect(json).toMatchObject(more)
  })

  test('is its owner’s alone until it is posted: the object and the file', async () => {
    const { json } = await upload([asFile(png)])
    const path = pathOf(json.id)
    expect((await server.ask(path, { headers: { ...ACTIVITY, ...by(anna) } })).status).toBe(200)
    expect((await server.ask(path, { headers: ACTIVITY })).status).toBe(404)
    expect((await server.ask(path, { headers: { ...ACTIVITY, ...by(ben) } })).status).toBe(404)

    expect((await fileAt(json)).status).toBe(404)
    expect((await fileAt(json, by(ben))).status).toBe(404)
    expect((await fileAt(json, { authorization: 'Bearer nonsense' })).status).toBe(404)
    const own = await fileAt(json, by(anna))
    expect([own.status, own.headers['content-type'], own.headers['cache-control']]).toEqual([
      200,
      'image/png',
      'private, no-store',
    ])
    const token = await openSession(server.world, (anna as LocalAccount).id, undefined)
    expect((await fileAt(json, { cookie: `__Host-weft=${token}` })).status).toBe(200)
  })

  test('is for whom its shell says: everybody, followers, one person', async () => {
    const all = await upload([asShell({ type: 'Image', to: ['as:Public'] }), asFile(png)])
    const open = await fileAt(all.json)
    expect([open.status, open.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable'])
    expect((await server.ask(pathOf(all.json.id), { headers: ACTIVITY })).status).toBe(200)

    const some = await upload([asShell({ type: 'Image', to: [`${anna?.uri}/followers`] }), asFile(png)])
    const one = await upload([asShell({ type: 'Image', to: [ben?.uri] }), asFile(png)])
    for (const [{ json }, reader, status] of [
      [some, cleo, 200],
      [some, ben, 404],
      [one, ben, 200],
      [one, cleo, 404],
    ] as const) {
      expect((await fileAt(json, by(reader))).status).toBe(status)
      expect((await server.ask(pathOf(json.id), { headers: { ...ACTIVITY, ...by(reader) } })).status).toBe(
        status,
      )
      expect((await fileAt(json)).status).toBe(404)
    }
  })
})

describe('b7: what is not taken', () => {
  test('a form without a file, and what is no form', async () => {
    expect((await upload([['description', 'x']])).json).toMatchObject({ status: 400, code: 'upload.no-file' })
    const reply = await upload([asFile(png)], { type: 'application/json' })
    expect(reply.json).toMatchObject({ status: 415, code: 'upload.form' })
    expect((await upload([asFile(png)], { type: 'multipart/form-data' })).status).toBe(400)
    expect(reply.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(reply.headers['access-control-allow-origin']).toBe('*')
  })

  test.each([
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'image/png'],
    ['a page', '<!doctype html><script>alert(1)</script>', 'image/jpeg'],
    ['an activity', '{"@context":"https://www.w3.org/ns/activitystreams","type":"Note"}', 'image/png'],
    [
      'XML',
      '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
      'image/gif',
    ],
    ['a script that begins like a GIF', 'GIF89a=1;alert(document.domain)//', 'image/gif'],
    ['a script that begins like a film', '\0\0\0\x18ftypisom<script>alert(1)</script>', 'video/mp4'],
    ['a playlist', '#EXTM3U\nfile:///etc/passwd\n', 'video/mp4'],
    ['nothing', '', 'image/png'],
  ])('S-111, e7: %s is refused by what it is, and leaves nothing behind', async (_, text, type) => {
    const before = await filesKept()
    const reply = await upload([asFile(Buffer.from(text.padEnd(text === '' ? 0 : 200, ' ')), type)])
    expect(reply.status).toBe(400)
    expect(reply.json).toMatchObject({
      type: 'https://w3id.org/fep/c180#unsupported-media-type',
      code: 'upload.type',
    })
    expect(await filesKept()).toEqual(before)
  })

  test('S-111, S-114: a picture with something behind its end or in its head is written anew', async () => {
    const told = await picture({ format: 'jpeg', width: 60, height: 20, secret: 'Lat 52.5', orientation: 6 })
    const { json } = await upload([
      asFile(Buffer.concat([told, Buffer.from('<script>alert(1)</script>')]), 'text/html', 'x.html'),
    ])
    const got = await fileAt(json, by(anna))
    expect(got.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    })
    expect(got.text).not.toMatch(/script|52\.5/)
    expect(json).toMatchObject({ width: 20, height: 60 })
  })

  test('S-112: names say nothing: neither where a file is kept nor what it is served as', async () => {
    for (const fileName of [
      '../../../etc/passwd',
      '/etc/passwd',
      'x\\..\\y.png',
      'a%00.png',
      'ü'.repeat(300),
      '.htaccess',
    ]) {
      const { status, json } = await upload([asFile(png, 'image/png', fileName)])
      expect(status).toBe(201)
      expect(pathOf(linkOf(json).href)).toMatch(/^\/media\/[0-9a-f]{32}\.png$/)
    }
    const kept = await readdir(folder, { recursive: true })
    expect(kept.filter((name) => /passwd|htaccess|ü/.test(name))).toEqual([])
  })

  test('S-115: a small file that unfolds to 30,000 × 30,000 is refused before it does', async () => {
    await upload([asFile(png)])
    const reply = await upload([asFile(hugePng(30_000))])
    expect(reply.json).toMatchObject({ code: 'upload.type' })
    // To decode nine hundred million pixels takes many seconds.
    expect(reply.ms).toBeLessThan(2_000)
  })

  test('S-115: a moving picture of ten thousand frames is refused', async () => {
    const frame = Buffer.from([
      0x21, 0xf9, 4, 0, 1, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0,
    ])
    const head = Buffer.from([
      0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255,
    ])
    const gif = (frames: number) => Buffer.concat([head, ...Array(frames).fill(frame), Buffer.from([0x3b])])
    expect((await upload([asFile(gif(3), 'image/gif')])).status).toBe(201)
    expect((await upload([asFile(gif(10_000), 'image/gif')])).json).toMatchObject({ code: 'upload.type' })
  })

  test('what is too large is refused as soon as that is known, with how large it may be', async () => {
    const before = await filesKept()
    const large = Buffer.concat([png, Buffer.alloc(17 * 1_048_576)])
    const reply = await upload([asFile(large)])
    expect(reply.status).toBe(413)
    expect(reply.json).toMatchObject({
      type: 'https://w3id.org/fep/c180#media-too-large',
      maxSize: 16 * 1_048_576,
    })
    expect(reply.json.size as number).toBeGreaterThan(16 * 1_048_576)
    const claimed = await server.ask(`/ap/actors/${anna?.id}/uploads`, {
      method: 'POST',
      headers: {
        'content-type': `multipart/form-data; boundary=${BORDER}`,
        'content-length': String(200 * 1_048_576),
        connection: 'close',
        ...by(anna),
      },
    })
    expect([claimed.status, JSON.parse(claimed.text).maxSize]).toEqual([413, 99 * 1_048_576])
    expect(await filesKept()).toEqual(before)
  }, 60_000)

  test('two files, unknown parts, a shell that is no object or another activity', async () => {
    const note = asShell({ type: 'Create', object: 'https://weft.test/ap/posts/1' })
    for (const [parts, code] of [
      [[asFile(png), asFile(png)], 'request.invalid'],
      [[['avatar', 'x', { fileName: 'x' }], asFile(png)], 'request.invalid'],
      [[['object', '[]'], asFile(png)], 'request.invalid'],
      [[['object', '{'], asFile(png)], 'request.invalid'],
      [[asShell({ type: 'Like', object: 'https://far.test/1' }), asFile(png)], 'upload.shell'],
      [[note, asFile(png)], 'activity.not-embedded'],
    ] as [Part[], string][]) {
      const reply = await upload(parts)
      expect([reply.status, reply.json.code]).toEqual([400, code])
    }
  })

  test('S-110, e9: without a token, with one that may not upload, in another’s name', async () => {
    const none = await server.ask(`/ap/actors/${anna?.id}/uploads`, {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${BORDER}` },
      body: form([asFile(png)]),
    })
    expect([none.status, none.headers['www-authenticate']]).toEqual([
      401,
      expect.stringMatching(/^Bearer resource_metadata="https:\/\/weft\.test\/.+"$/),
    ])
    const token = await openSession(server.world, (anna as LocalAccount).id, undefined)
    const cookie = await server.ask(`/ap/actors/${anna?.id}/uploads`, {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${BORDER}`, cookie: `__Host-weft=${token}` },
      body: form([asFile(png)]),
    })
    expect(cookie.status).toBe(401)
    const reader = await upload([asFile(png)], { token: await tokenFor(anna as LocalAccount, 'read') })
    expect([reader.status, reader.headers['www-authenticate']]).toEqual([
      403,
      expect.stringContaining('insufficient_scope'),
    ])
    const other = await upload([asFile(png)], {
      as: ben as LocalAccount,
      token: tokens.get(anna?.id ?? '') ?? '',
    })
    expect(other.status).toBe(403)
  })

  test('a body that breaks off leaves nothing behind', async () => {
    const before = await filesKept()
    const whole = form([asFile(png)])
    await server
      .ask(`/ap/actors/${anna?.id}/uploads`, {
        method: 'POST',
        headers: {
          'content-type': `multipart/form-data; boundary=${BORDER}`,
          ...by(anna),
        },
        body: whole.subarray(0, whole.length - 40),
      })
      .then((reply) => expect(reply.status).toBe(400))
    expect(await filesKept()).toEqual(before)
  })
})

describe('b7: a Create around a file', () => {
  const inCreate = (object: Json, to: unknown) => asShell({ type: 'Create', to, object })
  const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'
  const read = async (url: unknown, headers: Record<string, string> = {}) => {
    const reply = await server.ask(pathOf(url), { headers: { ...ACTIVITY, ...headers } })
    return { ...reply, json: JSON.parse(reply.text) as Json }
  }

  test('is posted by the outbox’s road: the Create is what is answered and where it is', async () => {
    const reply = await upload([
      inCreate({ type: 'Note', content: 'Look' }, [PUBLIC]),
      asFile(png),
      ['description', 'A field'],
    ])
    expect(reply.status).toBe(201)
    expect(reply.json).toMatchObject({ id: reply.headers.location, type: 'Create', actor: anna?.uri })
    expect(reply.headers.location).toMatch(/^https:\/\/weft\.test\/ap\/activities\/\d+$/)
    const note = reply.json.object as Json
    expect(note).toMatchObject({
      type: 'Note',
      content: expect.stringContaining('Look'),
      attachment: [{ mediaType: 'image/png', name: 'A field', width: 40, height: 30 }],
    })
    const { orderedItems } = (await read(`${anna?.uri}/outbox?page=1`)).json
    expect(JSON.stringify(orderedItems ?? (await read(`${anna?.uri}/outbox`)).json)).toContain(
      String(note.id),
    )
    const [file] = note.attachment as Json[]
    const got = await server.ask(pathOf(file?.url))
    expect([got.status, got.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable'])
  })

  test('an Image in it is the file itself', async () => {
    const reply = await upload([inCreate({ type: 'Image', name: 'A hill' }, [PUBLIC]), asFile(png)])
    expect(reply.status).toBe(201)
    const image = reply.json.object as Json
    expect(image).toMatchObject({ type: 'Image', attributedTo: anna?.uri })
    expect(JSON.stringify(image)).toMatch(/\/media\/[0-9a-f]{32}\.png/)
    const path = /\/media\/[0-9a-f]{32}\.png/.exec(JSON.stringify(image))?.[0] ?? ''
    expect((await server.ask(path)).status).toBe(200)
  })

  test('for followers: whoever was given its name gets the file, which no cache keeps; its document is for those who may see the post', async () => {
    const reply = await upload([
      inCreate({ type: 'Note', content: 'For friends' }, [`${anna?.uri}/followers`]),
      asFile(png),
    ])
    const [file] = (reply.json.object as Json).attachment as Json[]
    const got = await server.ask(pathOf(file?.url))
    expect([got.status, got.headers['cache-control']]).toEqual([200, 'private, no-store'])
    const [row] = await server.db
      .selectFrom('attachment')
      .select('id')
      .where('url', '=', String(file?.url))
      .execute()
    const media = server.world.uris.mediaObject(row?.id as never)
    for (const [reader, status] of [
      [anna, 200],
      [cleo, 200],
      [ben, 404],
    ] as const)
      expect((await read(media, by(reader))).status).toBe(status)
    expect((await server.ask(pathOf(media), { headers: ACTIVITY })).status).toBe(404)
  })

  test('with an Idempotency-Key is posted once, and another file with the same key is refused', async () => {
    const parts = [inCreate({ type: 'Note', content: 'Once' }, [PUBLIC]), asFile(png)]
    const first = await upload(parts, { key: 'a key' })
    const waiting = await server.db
      .selectFrom('attachment')
      .select('id')
      .where('post_id', 'is', null)
      .execute()
    const again = await upload(parts, { key: 'a key' })
    expect([again.status, again.headers.location, again.json]).toEqual([
      201,
      first.headers.location,
      first.json,
    ])
    const other = await picture({ format: 'png', width: 41, height: 30 })
    const reply = await upload([parts[0] as Part, asFile(other)], { key: 'a key' })
    expect(reply.json).toMatchObject({ status: 422, code: 'request.key-reused' })
    expect(
      await server.db.selectFrom('attachment').select('id').where('post_id', 'is', null).execute(),
    ).toEqual(waiting)
  })

  test('a file alone with an Idempotency-Key is taken once, and nothing else comes in by that key', async () => {
    const parts = [asFile(png), ['description', 'once'] as Part]
    const first = await upload(parts, { key: 'alone' })
    const kept = async () => (await server.db.selectFrom('attachment').select('id').execute()).length
    const files = await kept()
    const again = await upload(parts, { key: 'alone' })
    expect([again.status, again.headers.location, again.json]).toEqual([201, first.json.id, first.json])
    expect((await upload(parts, { key: 'another' })).json.id).not.toBe(first.json.id)
    const posting = [inCreate({ type: 'Note', content: 'x' }, [PUBLIC]), asFile(png)]
    for (const other of [
      [asFile(png)],
      [asFile(await picture({ format: 'png', width: 9 })), parts[1] as Part],
      posting,
    ]) {
      expect((await upload(other, { key: 'alone' })).json).toMatchObject({
        status: 422,
        code: 'request.key-reused',
      })
    }
    expect((await upload([asFile(png)], { key: 'k'.repeat(256) })).status).toBe(400)
    expect(await kept()).toBe(files + 1)
    const twice = await Promise.all([1, 2, 3].map(() => upload([asFile(png)], { key: 'at once' })))
    const taken = twice.filter(({ status }) => status === 201)
    expect(new Set(taken.map(({ json }) => json.id)).size).toBe(1)
    for (const { json, status } of twice) if (status !== 201) expect(json.code).toBe('request.in-flight')
    expect(await kept()).toBe(files + 2)
    expect((await upload([asFile(png)], { key: 'at once' })).json.id).toBe(taken[0]?.json.id)
  })

  test('for followers elsewhere: their server, which says not for whom it asks, gets the picture', async () => {
    const eve = await server.peer.person('eve', { host: 'far.test' })
    expect((await eve.post(`${anna?.uri}/inbox`, eve.follow(anna?.uri ?? ''))).status).toBe(202)
    await server.settled()
    await upload([
      inCreate({ type: 'Note', content: 'For friends' }, [`${anna?.uri}/followers`]),
      asFile(png),
    ])
    await server.settled()
    const create = await eve.receives('Create')
    const [file] = (create.object as Json).attachment as Json[]
    const got = await eve.get(String(file?.url))
    expect(got.status).toBe(200)
    expect((await server.ask(pathOf(file?.url))).status).toBe(200)
  })

  test('e1: for nobody named: the file stays its owner’s alone', async () => {
    const reply = await upload([inCreate({ type: 'Note', content: 'Note to self' }, []), asFile(png)])
    const [file] = (reply.json.object as Json).attachment as Json[]
    const path = pathOf(file?.url)
    expect((await server.ask(path)).status).toBe(404)
    expect((await server.ask(path, { headers: by(ben) })).status).toBe(404)
    expect((await server.ask(path, { headers: by(anna) })).status).toBe(200)
  })

  test('that may not be posted posts nothing and keeps nothing', async () => {
    const before = await server.db.selectFrom('attachment').select('id').execute()
    const token = await tokenFor(
      anna as LocalAccount,
      'https://swicg.github.io/activitypub-api/scopes#uploadfiles',
    )
    const refused = await upload([inCreate({ type: 'Note', content: 'x' }, [PUBLIC]), asFile(png)], { token })
    expect(refused.status).toBe(403)
    const forged = inCreate({ type: 'Note', content: 'x', attributedTo: ben?.uri }, [PUBLIC])
    expect((await upload([forged, asFile(png)])).status).toBe(403)
    expect(await server.db.selectFrom('attachment').select('id').execute()).toEqual(before)
  })
})

describe('b7: what was uploaded', () => {
  const post = async (activity: Json, as = anna) => {
    const reply = await server.ask(`/ap/actors/${as?.id}/outbox`, {
      method: 'POST',
      headers: { 'content-type': 'application/activity+json', ...by(as) },
      body: JSON.stringify(activity),
    })
    return { ...reply, json: JSON.parse(reply.text) as Json }
  }
  const note = (attachment: unknown) => ({ type: 'Note', content: 'x', to: ['as:Public'], attachment })

  test.each([
    ['by its id', (media: Json) => media.id],
    ['as a copy', (media: Json) => media],
    ['by the address of its file', (media: Json) => ({ type: 'Document', url: linkOf(media).href })],
  ])('is attached %s, keeps what describes it, and goes with its post', async (_, as) => {
    const { json: media } = await upload([asFile(png), ['description', 'A red field']])
    const { status, json } = await post(note([as(media)]))
    expect(status).toBe(201)
    const held = json.object as Json
    expect(held.attachment).toMatchObject([{ name: 'A red field', url: linkOf(media).href, width: 40 }])
    expect((await fileAt(media)).status).toBe(200)
    expect((await server.ask(pathOf(media.id), { headers: ACTIVITY })).status).toBe(200)
    expect((await post({ type: 'Delete', object: held.id })).status).toBe(201)
    expect((await fileAt(media)).status).toBe(404)
    expect((await server.ask(pathOf(media.id), { headers: ACTIVITY })).status).toBe(404)
  })

  test('S-113: is attached by nobody else, and once', async () => {
    const { json: media } = await upload([asFile(png)])
    for (const as of [media.id, media, { type: 'Document', url: linkOf(media).href }])
      expect((await post(note([as]), ben)).json).toMatchObject({ status: 422, code: 'media.not-found' })
    expect((await post(note([media.id]))).status).toBe(201)
    expect((await post(note([media.id]))).status).toBe(422)
    expect((await upload([asFile(png)])).json.id).not.toBe(media.id)
  })
})

test('b7: a large photograph is made smaller and has a preview; an upload that nobody posts is gone after a day', async () => {
  const large = await picture({ format: 'jpeg', width: 4000, height: 3000 })
  const { json } = await upload([asFile(large, 'image/jpeg')])
  expect(Number(json.width) * Number(json.height)).toBeLessThanOrEqual(3840 * 2160)
  const preview = json.preview as { url: Json[] }
  const path = pathOf(preview.url[0]?.href)
  const small = await server.ask(path, { headers: by(anna) })
  expect([small.status, small.headers['content-type']]).toEqual([200, 'image/webp'])
  expect((await server.ask(path)).status).toBe(404)

  const storage = diskStorage(join(folder, 'media'))
  await removeStrayFiles(server.world, storage)
  const kept = (await filesKept()).length
  expect((await fileAt(json, by(anna))).status).toBe(200)
  server.clock.advance(25 * 3_600_000)
  await removeStrayFiles(server.world, storage)
  expect((await fileAt(json, by(anna))).status).toBe(404)
  expect((await server.ask(path, { headers: by(anna) })).status).toBe(404)
  expect((await server.ask(pathOf(json.id), { headers: { ...ACTIVITY, ...by(anna) } })).status).toBe(404)
  expect((await filesKept()).length).toBeLessThan(kept - 1)
}, 30_000)

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { block } from '../drills/support/blocking.ts'
import { filmed, missing, SCENE, TONE } from '../support/filmed.ts'
import { tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/* b7: files that are not ready when they are answered, on a server that has ffmpeg. */

type Json = Record<string, unknown>
const ACTIVITY = { accept: 'application/activity+json' }
const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'
const BROKEN = Buffer.from(
  '\0\0\0\x18ftypisom\0\0\0\0isomiso2 and nothing more, but long enough to look at',
  'latin1',
)

let server: Whole
let anna: LocalAccount
let ben: LocalAccount
let film: Buffer
let gif: Buffer
const tokens = new Map<string, string>()
const folder = await mkdtemp(join(tmpdir(), 'weft-upload-films-'))

beforeAll(async () => {
  if (missing !== undefined) return
  server = await startWhole([], { WEFT_DATA_DIR: join(folder, 'data'), WEFT_FFMPEG: 'auto' })
  anna = await personHere(server.world, 'anna')
  ben = await personHere(server.world, 'ben')
  for (const account of [anna, ben])
    tokens.set(account.id, await tokenFor(server.world, account, { scope: 'read write' }))
  const words = ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libvorbis']
  film = await readFile(await filmed(join(folder, 'a.webm'), { shows: SCENE, sounds: TONE, words }))
  gif = await readFile(await filmed(join(folder, 'a.gif'), { shows: 'testsrc=duration=1:size=64x48:rate=5' }))
}, 120_000)
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function ask(path: string, as: LocalAccount | undefined, more: Parameters<Whole['ask']>[1] = {}) {
  const authorization = as && `Bearer ${tokens.get(as.id)}`
  const reply = await server.ask(path, {
    ...more,
    headers: { ...ACTIVITY, ...(authorization && { authorization }), ...more.headers },
  })
  return {
    ...reply,
    json: /json/.test(String(reply.headers['content-type'])) ? (JSON.parse(reply.text) as Json) : {},
  }
}

async function upload(file: Uint8Array, object?: Json, key?: string) {
  const body = new FormData()
  if (object) body.append('object', JSON.stringify(object))
  body.append('file', new Blob([new Uint8Array(file)]), 'x')
  const packed = new Response(body)
  return ask(`/ap/actors/${anna.id}/uploads`, anna, {
    method: 'POST',
    headers: {
      'content-type': packed.headers.get('content-type') ?? '',
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    body: Buffer.from(await packed.arrayBuffer()),
  })
}

const post = (activity: Json) =>
  ask(`/ap/actors/${anna.id}/outbox`, anna, {
    method: 'POST',
    headers: { 'content-type': 'application/activity+json' },
    body: JSON.stringify(activity),
  })
const pathOf = (id: unknown) => new URL(String(id)).pathname
const note = (attachment: unknown): Json => ({
  type: 'Note',
  content: 'look',
  to: [PUBLIC],
  attachment: [attachment],
})

describe.skipIf(missing !== undefined)('b7: a film', { timeout: 60_000 }, () => {
  test('is taken with 202, says how it stands at its id, and can be posted once it is ready', async () => {
    const shell = { type: 'Video', name: 'a scene', license: 'CC-BY-4.0', to: [PUBLIC] }
    await using held = await block(server.db, 'stray_file')
    const taken = await upload(film, shell, 'a-film')
    expect(taken.status, taken.text).toBe(202)
    expect(taken.headers.location).toBe(taken.json.id)
    expect(taken.json).toMatchObject({
      ...{ type: 'Video', attributedTo: anna.uri, name: 'a scene', license: 'CC-BY-4.0' },
      creativeWorkStatus: 'Incomplete',
    })
    expect(taken.json).not.toHaveProperty('url')
    const path = pathOf(taken.json.id)
    const own = await ask(path, anna)
    expect([own.status, own.json]).toEqual([200, taken.json])
    expect(own.headers['cache-control']).toMatch(/^private/)
    expect((await ask(path, ben)).status).toBe(404)
    expect((await ask(path, undefined)).status).toBe(404)
    const repeated = await upload(film, shell, 'a-film')
    expect([repeated.status, repeated.json]).toEqual([202, taken.json])
    for (const attachment of [taken.json.id, taken.json]) {
      const early = await post(note(attachment))
      expect([early.status, early.json.code]).toEqual([422, 'media.not-ready'])
    }
    await held.release()

    await server.settled()
    const ready = await ask(path, undefined)
    expect(ready.json).toMatchObject({
      ...{
        type: 'Video',
        mediaType: 'video/mp4',
        name: 'a scene',
        license: 'CC-BY-4.0',
        width: 320,
        height: 240,
      },
      url: [{ type: 'Link', href: expect.stringMatching(/\.mp4$/), mediaType: 'video/mp4' }],
      preview: { type: 'Image' },
    })
    expect(ready.json).not.toHaveProperty('creativeWorkStatus')
    expect((await upload(film, shell, 'a-film')).status).toBe(201)
    const posted = await post(note(taken.json.id))
    expect(posted.status, posted.text).toBe(201)
    expect((posted.json.object as Json).attachment).toMatchObject([
      { mediaType: 'video/mp4', name: 'a scene' },
    ])
  })

  test('with a Create around it is posted when it is ready', async () => {
    const object = { type: 'Note', content: '<p>look</p>', to: [PUBLIC] }
    const made = await upload(film, { type: 'Create', to: [PUBLIC], object })
    expect(made.status, made.text).toBe(201)
    expect(made.json).toMatchObject({
      type: 'Create',
      object: { type: 'Note', attachment: [{ mediaType: 'video/mp4' }] },
    })
    const failed = await upload(BROKEN, { type: 'Create', to: [PUBLIC], object })
    expect([failed.status, failed.json.code]).toEqual([422, 'media.failed'])
  })

  test('of which nothing can be made says so at its id', async () => {
    const taken = await upload(BROKEN)
    expect(taken.status).toBe(202)
    await server.settled()
    const own = await ask(pathOf(taken.json.id), anna)
    expect([own.status, own.json.creativeWorkStatus]).toEqual([200, 'Failed'])
    const posted = await post(note(taken.json.id))
    expect([posted.status, posted.json.code]).toEqual([422, 'media.not-found'])
  })

  test('a GIF that moves stays one, since everything plays it and its app says what it is', async () => {
    const taken = await upload(gif, { type: 'Image' })
    expect([taken.status, taken.json.type, taken.json.mediaType]).toEqual([201, 'Image', 'image/gif'])
  })

  test('and what is neither picture, film nor sound is refused at once', async () => {
    const refused = await upload(Buffer.from(`#EXTM3U\nfile:///etc/passwd\n${'#'.repeat(200)}`))
    expect([refused.status, refused.json.code]).toEqual([400, 'upload.type'])
  })
})

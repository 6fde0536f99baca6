import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { picture } from '../support/files.ts'
import { apiClient, type Fields, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot

beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
}, 120_000)
afterAll(() => server?.[Symbol.asyncDispose]())

const NOT_FOUND = { error: 'Record not found' }

async function upload(who: Toot, more: Fields = {}, path = '/api/v2/media') {
  const file = await picture({ format: 'png', width: 40, height: 20, secret: 'where I live' })
  const reply = await who.post(path, { file, ...more }, 'multipart')
  expect(reply.status, reply.text).toBe(200)
  expectEntity('MediaAttachment', reply.json)
  return reply.json
}

describe('a file', () => {
  test.each(['/api/v1/media', '/api/v2/media'])('is taken at %s', async (path) => {
    const file = await upload(ada, { description: 'a red square', focus: '0.5,-0.25' }, path)
    expect(file).toMatchObject({
      type: 'image',
      description: 'a red square',
      meta: { original: { width: 40, height: 20, size: '40x20' }, focus: { x: 0.5, y: -0.25 } },
    })
    expect(file.url).toMatch(/^https:\/\/weft\.test\/media\//)
    expect(file.blurhash).not.toBeNull()
    const again = await ada.get(`/api/v1/media/${file.id}`)
    expect([again.status, again.json]).toEqual([200, file])
  })

  test('is posted, described anew by an edit, and waits again when its post is deleted', async () => {
    const [one, two] = [await upload(ada), await upload(ada)]
    const said = await ada.post('/api/v1/statuses', { status: '', media_ids: [two.id, one.id] })
    expectEntity('Status', said.json)
    const shown = (json: { media_attachments: { id: string }[] }) =>
      json.media_attachments.map(({ id }) => id)
    expect(shown(said.json)).toEqual([two.id, one.id])
    const taken = await ada.post('/api/v1/statuses', { status: 'x', media_ids: [one.id] })
    expect(taken.status).toBe(422)
    const edited = await ada.put(`/api/v1/statuses/${said.json.id}`, {
      status: 'with words',
      media_ids: [one.id],
      media_attributes: [{ id: one.id, description: 'said later', focus: '0,1' }],
    })
    expectEntity('Status', edited.json)
    expect(edited.json.media_attachments).toMatchObject([
      { id: one.id, description: 'said later', meta: { focus: { x: 0, y: 1 } } },
    ])
    const history = await ada.get(`/api/v1/statuses/${said.json.id}/history`)
    for (const version of history.json) expectEntity('StatusEdit', version)
    expect(shown(history.json[0])).toEqual([two.id, one.id])
    const deleted = await ada.delete(`/api/v1/statuses/${said.json.id}`)
    expectEntity('DeletedStatus', deleted.json)
    const anew = await ada.post('/api/v1/statuses', { status: 'anew', media_ids: [one.id] })
    expect(shown(anew.json)).toEqual([one.id])
    await ada.delete(`/api/v1/statuses/${anew.json.id}`, { delete_media: true })
    expect((await ada.get(`/api/v1/media/${one.id}`)).json).toEqual(NOT_FOUND)
  })

  test('is described as long as it waits', async () => {
    const file = await upload(ada)
    const reply = await ada.put(`/api/v1/media/${file.id}`, { description: 'now', focus: '1,1' }, 'form')
    expectEntity('MediaAttachment', reply.json)
    expect(reply.json).toMatchObject({ description: 'now', meta: { focus: { x: 1, y: 1 } } })
    await ada.post('/api/v1/statuses', { status: 'x', media_ids: [file.id] })
    expect((await ada.put(`/api/v1/media/${file.id}`, { description: 'late' })).json).toEqual(NOT_FOUND)
    const used = await ada.delete(`/api/v1/media/${file.id}`)
    expect([used.status, used.json]).toEqual([
      422,
      { error: 'Media attachment is currently used by a status' },
    ])
  })

  test('is nobody else’s', async () => {
    const file = await upload(ada)
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect((await bob.ask(method, `/api/v1/media/${file.id}`)).json).toEqual(NOT_FOUND)
    expect((await bob.post('/api/v1/statuses', { status: 'x', media_ids: [file.id] })).status).toBe(422)
    expect((await apiClient(server).get(`/api/v1/media/${file.id}`)).status).toBe(401)
    const gone = await ada.delete(`/api/v1/media/${file.id}`)
    expect([gone.status, gone.json]).toEqual([200, {}])
    expect((await ada.get(`/api/v1/media/${file.id}`)).json).toEqual(NOT_FOUND)
  })

  test('that is none is refused', async () => {
    const reply = await ada.post('/api/v2/media', { file: Buffer.from('no picture at all') }, 'multipart')
    expect([reply.status, reply.json]).toEqual([
      422,
      { error: 'Validation failed: File content type is invalid' },
    ])
    const none = await ada.post('/api/v2/media', { description: 'x' }, 'form')
    expect([none.status, none.json]).toEqual([422, { error: 'Validation failed: File can’t be blank' }])
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { picture } from '../support/files.ts'
import { everyPage, type Fields, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
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
const HOUR = 3_600_000
const later = (ms = HOUR) => new Date(server.clock.now().getTime() + ms).toISOString()
const pathOf = ({ id }: { id: string }) => `/api/v1/scheduled_statuses/${id}`

async function schedule(fields: Fields = {}, who = ada) {
  const body = { status: 'in time', scheduled_at: later(), ...fields }
  const reply = await who.post('/api/v1/statuses', body)
  expect(reply.status, reply.text).toBe(200)
  expectEntity('ScheduledStatus', reply.json)
  return reply.json
}

async function said(text: string) {
  const rows = await server.db.selectFrom('post').select('id').where('source', '=', text).execute()
  return rows.map(({ id }) => id)
}

describe('a post that waits', () => {
  test('tells all that its app said, and is nobody else’s', async () => {
    const waiting = await schedule({
      status: 'all of it',
      spoiler_text: 'w',
      visibility: 'private',
      language: 'de',
      poll: { options: ['a', 'b'], expires_in: 600 },
    })
    expect(waiting.params).toMatchObject({
      text: 'all of it',
      spoiler_text: 'w',
      visibility: 'private',
      language: 'de',
      sensitive: true,
      poll: { options: ['a', 'b'], expires_in: 600, multiple: false, hide_totals: false },
    })
    expect((await ada.get(pathOf(waiting))).json).toEqual(waiting)
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect((await bob.ask(method, pathOf(waiting), { body: { scheduled_at: later() } })).json).toEqual(
        NOT_FOUND,
      )
    expect(await said('all of it')).toEqual([])
    expect((await ada.delete(pathOf(waiting))).json).toEqual({})
    expect((await ada.get(pathOf(waiting))).json).toEqual(NOT_FOUND)
  })

  test('is listed page by page', async () => {
    const ids: string[] = []
    for (let at = 0; at < 3; at += 1) ids.push((await schedule({ status: `list ${at}` }, bob)).id)
    const all = await everyPage(bob, '/api/v1/scheduled_statuses', { limit: 2 })
    expectEntities('ScheduledStatus', all)
    expect(all.map(({ id }) => id)).toEqual(ids.toReversed())
  })

  test.each([
    [{ scheduled_at: 'soon:ish' }, 'Record invalid'],
    [
      { scheduled_at: 'now + 1 minute' },
      'Validation failed: Scheduled at The scheduled date must be in the future',
    ],
    [{ status: '' }, 'Validation failed: Text can’t be blank'],
    [{ media_ids: ['17'] }, 'Media not found or already attached to another post'],
  ])('%j is refused', async (fields: Fields, error) => {
    const at = fields.scheduled_at === 'now + 1 minute' ? { scheduled_at: later(60_000) } : {}
    const body = { status: 'x', scheduled_at: later(), ...fields, ...at }
    const reply = await ada.post('/api/v1/statuses', body)
    expect([reply.status, reply.json]).toEqual([422, { error }])
  })

  test('of a time that is over is said at once', async () => {
    const reply = await ada.post('/api/v1/statuses', { status: 'late', scheduled_at: '2020-01-01T00:00:00Z' })
    expectEntity('Status', reply.json)
  })

  test('is made once for one key', async () => {
    const headers = { 'idempotency-key': 'scheduled once' }
    const body = { status: 'once', scheduled_at: later() }
    const ask = () => ada.ask('POST', '/api/v1/statuses', { body, headers })
    const [first, second] = [await ask(), await ask()]
    expect(second.json).toEqual(first.json)
    await ada.delete(pathOf(first.json))
  })
})

/** Lets the worker look at what waits, and, if told so, lets its time have come. */
async function look({ id }: { id: string }, timeHasCome: boolean): Promise<void> {
  const { db } = server
  const past = new Date(Date.now() - 1000)
  if (timeHasCome)
    await db
      .updateTable('scheduled_post')
      .set({ due_at: past })
      .where('id', '=', id as never)
      .execute()
  await db.updateTable('job').set({ due_at: past }).where('kind', '=', 'scheduled').execute()
  await server.settled()
}

describe('when its time comes', () => {
  test('it is said once, with its file, and no earlier', async () => {
    const file = await ada.post('/api/v2/media', { file: await picture({ format: 'png' }) }, 'multipart')
    const waiting = await schedule({ status: 'with a file', media_ids: [file.json.id] })
    expect(waiting.media_attachments).toMatchObject([{ id: file.json.id }])
    const taken = await ada.post('/api/v1/statuses', { status: 'x', media_ids: [file.json.id] })
    expect(taken.status).toBe(422)
    await look(waiting, false)
    expect(await said('with a file')).toEqual([])
    const moved = await ada.put(pathOf(waiting), { scheduled_at: later(2 * HOUR) })
    expectEntity('ScheduledStatus', moved.json)
    expect(moved.json.scheduled_at).not.toBe(waiting.scheduled_at)
    await look(waiting, true)
    const [id, ...more] = await said('with a file')
    expect(more).toEqual([])
    const status = await ada.get(`/api/v1/statuses/${id}`)
    expect(status.json.media_attachments).toMatchObject([{ id: file.json.id }])
    expect((await ada.get(pathOf(waiting))).json).toEqual(NOT_FOUND)
  })

  test('what cannot be said any more stays with its author', async () => {
    const parent = await bob.post('/api/v1/statuses', { status: 'here today' })
    const waiting = await schedule({ status: 'an answer', in_reply_to_id: parent.json.id })
    await bob.delete(`/api/v1/statuses/${parent.json.id}`)
    await look(waiting, true)
    expect(await said('an answer')).toEqual([])
    expect((await ada.get(pathOf(waiting))).status).toBe(200)
  })
})

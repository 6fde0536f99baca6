import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setMarkers } from '../../src/domain/markers/set.ts'
import { type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

describe('how far somebody has read', () => {
  test('is kept for each timeline, whatever body says it', async () => {
    expect((await ada.get('/api/v1/markers', { timeline: ['home', 'notifications'] })).json).toEqual({})
    const set = await ada.post('/api/v1/markers', { home: { last_read_id: '112' } }, 'form')
    expectEntity('Markers', set.json)
    expect(set.json.home).toMatchObject({ last_read_id: '112', version: 1 })
    const again = await ada.post('/api/v1/markers', {
      home: { last_read_id: '113' },
      notifications: { last_read_id: '7' },
    })
    expect(again.json).toMatchObject({ home: { version: 2 }, notifications: { version: 1 } })
    const read = await ada.get('/api/v1/markers?timeline[]=home&timeline[]=nowhere')
    expect(read.json).toMatchObject({ home: { last_read_id: '113', version: 2 } })
    expect(Object.keys(read.json)).toEqual(['home'])
    const other = await tootAs(server, 'bob')
    expect((await other.get('/api/v1/markers', { timeline: 'home' })).json).toEqual({})
    expect((await ada.post('/api/v1/markers')).json).toEqual({})
  })

  test('is set by one of two who set it at once, and the other is told of it', async () => {
    const cat = await tootAs(server, 'cat')
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) =>
        setMarkers(server.world, cat.account, new Map([['home', String(1000 + n)]])),
      ),
    )
    const done = outcomes.filter(({ status }) => status === 'fulfilled').length
    const { json } = await cat.get('/api/v1/markers', { timeline: 'home' })
    expect(json.home.version).toBe(done)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason.code).toBe('marker.conflict')
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        cat.post('/api/v1/markers', { home: { last_read_id: String(n + 1) } }),
      ),
    )
    for (const reply of replies) expect([200, 409]).toContain(reply.status)
    for (const reply of replies.filter(({ status }) => status === 409))
      expect(reply.json).toEqual({ error: 'Conflict during update, please try again' })
  })
})

describe('announcements', () => {
  test('are none', async () => {
    expect((await ada.get('/api/v1/announcements')).json).toEqual([])
    expect((await ada.post('/api/v1/announcements/1/dismiss')).status).toBe(404)
  })
})

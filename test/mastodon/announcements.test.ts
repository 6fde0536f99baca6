import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { announce, withdrawAnnouncement } from '../../src/domain/announcements/announce.ts'
import { findAnnouncements } from '../../src/domain/announcements/find.ts'
import { eventsAfter } from '../../src/domain/events/find.ts'
import { placeEvents, upsertTopics } from '../../src/domain/events/store.ts'
import { type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot

beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const path = '/api/v1/announcements'
const told = async (who: Toot, query = {}) => (await who.get(path, query)).json

describe('an announcement', () => {
  test('is told to everybody until they put it away', async () => {
    const id = await announce(server.world, { text: 'Hello @bob and @nobody, see https://x.test #News' })
    expectEntities('Announcement', await told(ada))
    const [one] = await told(ada)
    expect(one).toMatchObject({ id, read: false, all_day: false, starts_at: null, reactions: [] })
    expect(one.content).toContain('class="u-url mention">@<span>bob</span>')
    expect(one.content).toContain('@nobody')
    expect(one.mentions).toMatchObject([{ id: bob.account.id, acct: 'bob' }])
    expect(one.tags).toMatchObject([{ name: 'News' }])

    expect((await ada.post(`${path}/${id}/dismiss`)).json).toEqual({})
    expect((await ada.post(`${path}/${id}/dismiss`)).json).toEqual({})
    expect(await told(ada)).toEqual([])
    expect(await told(ada, { with_dismissed: true })).toMatchObject([{ id, read: true }])
    expect(await told(bob)).toMatchObject([{ id, read: false }])
    await withdrawAnnouncement(server.world, id)
    expect(await told(bob)).toEqual([])
  })

  test('that is over is told no more, and cannot be put away or reacted to', async () => {
    const now = server.world.clock.now().getTime()
    const id = await announce(server.world, { text: 'soon', endsAt: new Date(now + 60_000), allDay: true })
    expect(await told(ada)).toMatchObject([{ id, all_day: false }])
    const over = { ends_at: new Date(now - 1000) }
    await server.db.updateTable('announcement').set(over).where('id', '=', id).execute()
    expect(await told(ada, { with_dismissed: true })).toEqual([])
    expect((await ada.post(`${path}/${id}/dismiss`)).status).toBe(404)
    expect((await ada.put(`${path}/${id}/reactions/${encodeURIComponent('🎉')}`)).status).toBe(404)
    await withdrawAnnouncement(server.world, id)
  })

  test('has a beginning before its end, some words, and not too many', async () => {
    const day = (n: number) => new Date(Date.UTC(2027, 0, n))
    const wrong = [{ text: ' ' }, { text: 'x'.repeat(5001) }, { text: 'x', startsAt: day(2), endsAt: day(1) }]
    for (const each of wrong) await expect(announce(server.world, each)).rejects.toThrow('params.invalid')
    expect(await findAnnouncements(server.db)).toEqual([])
  })
})

describe('what people think of it', () => {
  test('is counted by emoji, each person once for each, and eight different ones at most', async () => {
    const id = await announce(server.world, { text: 'party' })
    const react = (who: Toot, name: string) => who.put(`${path}/${id}/reactions/${encodeURIComponent(name)}`)
    for (const who of [ada, ada, bob]) expect((await react(who, '🎉')).json).toEqual({})
    expect((await told(ada))[0].reactions).toEqual([{ name: '🎉', count: 2, me: true }])
    for (const name of ['nothing', 'a b', '🎉🎉']) expect((await react(ada, name)).status).toBe(422)
    for (const name of ['1️⃣', '2️⃣', '3️⃣', '4️⃣', '5️⃣', '6️⃣', '7️⃣']) expect((await react(bob, name)).status).toBe(200)
    expect((await react(ada, '8️⃣')).status).toBe(422)
    expect((await react(ada, '7️⃣')).status).toBe(200)
    expectEntities('Announcement', await told(ada))

    const gone = await ada.delete(`${path}/${id}/reactions/${encodeURIComponent('🎉')}`)
    expect(gone.json).toEqual({})
    expect((await told(ada))[0].reactions[0]).toEqual({ name: '🎉', count: 1, me: false })
    expect((await ada.delete(`${path}/${id}/reactions/${encodeURIComponent('🎉')}`)).status).toBe(404)
    await withdrawAnnouncement(server.world, id)
  })

  test('and the announcement itself are events for who listens', async () => {
    const until = new Date(Date.now() + 3_600_000)
    await upsertTopics(server.db, [{ name: 'announcements', subject: '0' }], until)
    const id = await announce(server.world, { text: 'live' })
    await ada.put(`${path}/${id}/reactions/${encodeURIComponent('🎉')}`)
    await withdrawAnnouncement(server.world, id)
    await server.db.transaction().execute((tx) => placeEvents(tx, 100))
    const events = await eventsAfter(server.db, '0', 100)
    expect(events.map(({ verb, thing, thingId, uri }) => [verb, thing, thingId, uri])).toEqual([
      ['Add', 'announcement', id, null],
      ['Update', 'announcement', id, '🎉'],
      ['Delete', 'announcement', id, null],
    ])
  })
})

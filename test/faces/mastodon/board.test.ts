import { expect, test } from 'vitest'
import type { AccountId } from '../../../src/base/ids.ts'
import { silentLog } from '../../../src/base/log.ts'
import type { EventHub, Opened, Outlet } from '../../../src/domain/events/hub.ts'
import type { World } from '../../../src/domain/world.ts'
import type { Reason } from '../../../src/faces/http/open-streams.ts'
import { Board } from '../../../src/faces/mastodon/streaming/board.ts'
import type { Channel } from '../../../src/faces/mastodon/streaming/channels.ts'
import { createTelling } from '../../../src/faces/mastodon/streaming/telling.ts'

const opened: Opened = { position: '1', resumed: false, begin: async () => undefined }

function hearerOf(id: string) {
  const ends: Reason[] = []
  const reader = { id: id as AccountId, uri: `https://weft.test/ap/actors/${id}` }
  return { reader, ends, send: () => undefined, end: (reason: Reason) => void ends.push(reason) }
}
const user: Channel = { kind: 'user', posts: true, notices: true, news: true }

test('all who listen here are one to the hub, and one that could not begin is not there', async () => {
  let asked = 0
  let fails = true
  const hub = {
    async open() {
      asked += 1
      if (fails) throw new Error('no database')
      return opened
    },
    close: () => undefined,
  } as unknown as EventHub
  const board = new Board(hub, () => ({ tell: async () => undefined }))
  const [one, other] = [hearerOf('1'), hearerOf('2')]
  await expect(board.add({ hearer: one, channel: user, label: '["user"]' })).rejects.toThrow('no database')
  expect([board.size, board.homes.size, board.notices.size]).toEqual([0, 0, 0])
  fails = false
  const subscriptions = [one, other].map((hearer) => ({ hearer, channel: user, label: '["user"]' }))
  await Promise.all(subscriptions.map((each) => board.add(each)))
  expect([asked, board.size, board.homes.size]).toEqual([2, 2, 2])
  board.lost()
  expect([one.ends, other.ends]).toEqual([['missed'], ['missed']])
  for (const each of subscriptions) board.delete(each)
  expect([board.size, board.homes.size, board.notices.size]).toEqual([0, 0, 0])
})

test('what cannot be read is tried again, and in the end given up', async () => {
  let asked = 0
  const db = {
    getExecutor: () => {
      asked += 1
      throw new Error('no database')
    },
  }
  const world = { db, clock: { now: () => new Date() } } as unknown as World
  const hub = { open: async () => opened, close: () => undefined } as unknown as EventHub
  const outlets: Outlet<Board>[] = []
  const board = new Board(hub, (of) => {
    const outlet = createTelling({ world, log: silentLog }, of)
    outlets.push(outlet)
    return outlet
  })
  await board.add({ hearer: hearerOf('1'), channel: user, label: '["user"]' })
  const event = {
    position: '2',
    topic: { name: 'timelines', subject: '0' },
    verb: 'Add',
    thing: 'post',
    thingId: '5',
    uri: null,
    audience: null,
    namedIds: [],
    writtenBy: null,
  } as const
  await expect(outlets[0]?.tell([{ event, listeners: [board] }])).rejects.toThrow()
  expect(asked).toBeGreaterThanOrEqual(3)
})

import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Db } from '../../../src/db/connect.ts'
import { listen } from '../../../src/db/listen.ts'
import { transact } from '../../../src/db/transact.ts'
import { EVENTS_CHANNEL, KEPT_MS, type NewEvent } from '../../../src/domain/events/event.ts'
import { eventsAfter, isWhole, lastPosition } from '../../../src/domain/events/find.ts'
import { listenTo, placeNewEvents, sweepEvents } from '../../../src/domain/events/listeners.ts'
import { tell } from '../../../src/domain/events/tell.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { testWorld } from '../../support/world.ts'

let database: TestDatabase
let db: Db
let world: ReturnType<typeof testWorld>['world']
let clock: ReturnType<typeof testWorld>['clock']

beforeAll(async () => {
  database = await testDatabase()
  db = database.db
  ;({ world, clock } = testWorld(db))
  clock.set(new Date())
})
afterAll(() => database[Symbol.asyncDispose]())

const topic = (subject: string) => ({ name: 'post', subject }) as const
const happened = (subject: string, uri: string): NewEvent => ({
  topic: topic(subject),
  verb: 'Update',
  thing: 'id',
  uri,
})
const urisAfter = async (position: string) => {
  await placeNewEvents(world)
  return (await eventsAfter(db, position, 100)).map(({ uri }) => uri)
}

describe('places of events', () => {
  test('one whose transaction commits late comes after those that were read meanwhile, and is not passed over', async () => {
    await listenTo(world, [topic('1')])
    const start = await placeNewEvents(world)
    const late = Promise.withResolvers<void>()
    const wrote = Promise.withResolvers<void>()
    await using other = closing(connect({ url: database.url, maxConnections: 1, applicationName: 'late' }))
    const first = transact(other.db, async (tx) => {
      await tell(tx, [happened('1', 'first to be written')])
      wrote.resolve()
      await late.promise
    })
    await wrote.promise
    await transact(db, (tx) => tell(tx, [happened('1', 'first to be committed')]))

    expect(await urisAfter(start)).toEqual(['first to be committed'])
    const seen = await lastPosition(db)
    late.resolve()
    await first

    expect(await urisAfter(seen)).toEqual(['first to be written'])
    expect(await urisAfter(start)).toEqual(['first to be committed', 'first to be written'])
  })

  test('a hundred writers and three readers: each reader gets each event once', async () => {
    await listenTo(world, [topic('2')])
    const start = await placeNewEvents(world)
    let writing = true
    const read = async () => {
      const got: string[] = []
      let position = start
      for (let last = false; !last; ) {
        last = !writing
        await placeNewEvents(world)
        for (const event of await eventsAfter(db, position, 7)) {
          if (event.topic.subject === '2') got.push(String(event.uri))
          position = event.position
          last = false
        }
      }
      return got
    }
    const readers = [read(), read(), read()]
    const writers = Array.from({ length: 100 }, (_, n) =>
      transact(db, async (tx) => {
        await tell(tx, [happened('2', `${n}`)])
        await sql`SELECT pg_sleep(${Math.random() * 0.02})`.execute(tx)
      }),
    )
    await Promise.all(writers)
    writing = false
    const expected = Array.from({ length: 100 }, (_, n) => `${n}`).sort()
    for (const got of await Promise.all(readers)) expect([...got].sort()).toEqual(expected)
  })
})

describe('what is written', () => {
  test('nothing where nobody listens, and then nobody is notified', async () => {
    const heard: string[] = []
    await using _channel = await listen(database.url, [EVENTS_CHANNEL, 'end'], (channel) =>
      heard.push(channel),
    )
    await transact(db, (tx) => tell(tx, [happened('404', 'unheard')]))
    await sql`NOTIFY "end"`.execute(db)
    await until(() => heard.includes('end'))
    expect(heard).toEqual(['end'])
    expect(await db.selectFrom('event').select('id').where('subject', '=', '404').execute()).toEqual([])
  })

  test('one notification for a transaction, however much happened in it', async () => {
    await listenTo(world, [topic('3'), topic('4')])
    const heard: string[] = []
    await using _channel = await listen(database.url, [EVENTS_CHANNEL, 'end'], (channel) =>
      heard.push(channel),
    )
    await transact(db, async (tx) => {
      await tell(tx, [happened('3', 'a'), happened('4', 'b')])
      await tell(tx, [happened('3', 'c')])
    })
    await sql`NOTIFY "end"`.execute(db)
    await until(() => heard.includes('end'))
    expect(heard).toEqual([EVENTS_CHANNEL, 'end'])
  })

  test('the first listener waits for transactions that looked before it was there', async () => {
    const blind = Promise.withResolvers<void>()
    const looked = Promise.withResolvers<void>()
    const writing = transact(db, async (tx) => {
      await sql`SELECT pg_current_xact_id()`.execute(tx)
      await tell(tx, [happened('5', 'too early')])
      looked.resolve()
      await blind.promise
    })
    await looked.promise
    let open = false
    const opening = listenTo(world, [topic('5')]).then(() => {
      open = true
    })
    await sql`SELECT pg_sleep(0.1)`.execute(db)
    expect(open).toBe(false)
    blind.resolve()
    await writing
    await opening
  })
})

describe('the sweep', () => {
  test('forgets after an hour, and knows who can no longer go on from where they were', async () => {
    await listenTo(world, [topic('6'), topic('7')])
    const start = await placeNewEvents(world)
    await transact(db, (tx) => tell(tx, [happened('6', 'old')]))
    await placeNewEvents(world)
    await sweepEvents(world)
    expect(await urisAfter(start)).toEqual(['old'])
    expect(await isWhole(db, [topic('6')], start)).toBe(true)

    clock.set(new Date(Date.now() + KEPT_MS + 1000))
    await listenTo(world, [topic('6'), topic('7')])
    await sweepEvents(world)
    expect(await urisAfter(start)).toEqual([])
    expect(await isWhole(db, [topic('6')], start)).toBe(false)
    expect(await isWhole(db, [topic('7')], start)).toBe(true)

    clock.set(new Date(Date.now() + 4 * KEPT_MS))
    await sweepEvents(world)
    expect(await db.selectFrom('event_topic').select('topic').execute()).toEqual([])
    expect(await isWhole(db, [topic('7')], start)).toBe(false)
  })
})

function closing(opened: Db) {
  return { db: opened, [Symbol.asyncDispose]: () => opened.destroy() }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((turn) => setTimeout(turn, 5))
}

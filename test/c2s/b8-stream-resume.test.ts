import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { updateAccount } from '../../src/domain/accounts/update.ts'
import { KEPT_MS } from '../../src/domain/events/event.ts'
import { sweepEvents } from '../../src/domain/events/listeners.ts'
import { type Listening, listenTo, type ServerSent } from '../support/streams.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

let whole: Whole
let anna: LocalAccount
let bearer: { authorization: string }
const open: Listening[] = []

beforeAll(async () => {
  whole = await startWhole()
  anna = await personHere(whole.world, 'anna')
  bearer = bearing(await tokenFor(whole.world, anna, { scope: 'read' }))
}, 60_000)
afterEach(() => {
  for (const stream of open.splice(0)) stream.close()
})
afterAll(() => whole?.[Symbol.asyncDispose]())

async function hear(headers: Record<string, string> = {}, query = ''): Promise<Listening> {
  const path = `/ap/actors/${anna.id}/events${query}`
  const stream = await listenTo(whole.port, path, { ...bearer, ...headers })
  open.push(stream)
  return stream
}
const rename = (displayName: string) => updateAccount(whole.world, anna, { displayName })
const nameIn = ({ data }: ServerSent) => (data.object as { name: string }).name
async function placed(stream: Listening): Promise<string> {
  while (stream.lastId === undefined) await sleep(5)
  return stream.lastId
}

describe('a listener that comes again', () => {
  test('is told at once where it stands and when to come again, before anything has happened', async () => {
    const stream = await hear()
    await placed(stream)
    expect(stream.raw).toMatch(/^retry: 3000\nid: \d+\n\n$/)
  })

  test('hears what it missed, in order and once, and then what happens', async () => {
    const first = await hear()
    await rename('one')
    await first.next()
    const stood = await placed(first)
    first.close()
    await rename('two')
    await rename('three')
    const second = await hear({ 'last-event-id': stood })
    await rename('four')
    const names = [nameIn(await second.next()), nameIn(await second.next()), nameIn(await second.next())]
    // A change is told as it is when it is told, so what was missed shows the newest.
    expect(names.at(-1)).toBe('four')
    await sleep(200)
    expect(second.events.map(({ event }) => event)).toEqual(['Update', 'Update', 'Update'])
    const ids = second.events.map(({ id }) => BigInt(id ?? 0))
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => (a < b ? -1 : 1)))
    expect(ids[0]).toBeGreaterThan(BigInt(stood))
  })

  test('that had heard nothing yet goes on from the first place it was told', async () => {
    const first = await hear()
    const stood = await placed(first)
    first.close()
    await rename('unheard')
    const second = await hear({}, `?last_event_id=${stood}`)
    expect(nameIn(await second.next())).toBe('unheard')
  })

  test('after more than an hour, or with an id that is none of ours, is told to read anew, and then hears on', async () => {
    const first = await hear()
    await rename('long ago')
    await first.next()
    const stood = String(BigInt(await placed(first)) - 1n)
    first.close()
    whole.clock.set(new Date(Date.now() + KEPT_MS + 60_000))
    await sweepEvents(whole.world)
    for (const id of [stood, 'nonsense', '999999999999999999']) {
      const stream = await hear({ 'last-event-id': id })
      const reset = await stream.next()
      expect(reset).toMatchObject({ event: 'reset', data: { reason: 'missed' } })
      expect(reset.id).toBe(stream.lastId)
      await rename(`after ${id}`)
      expect(nameIn(await stream.next())).toBe(`after ${id}`)
      stream.close()
    }
  })

  test('of another stream, where nothing had been kept, is told to read anew', async () => {
    const first = await hear()
    const stood = await placed(first)
    first.close()
    await rename('and on')
    const other = await personHere(whole.world, 'other')
    const stream = await listenTo(whole.port, `/ap/actors/${other.id}/events`, {
      ...bearer,
      'last-event-id': stood,
    })
    open.push(stream)
    expect((await stream.next()).event).toBe('reset')
  })
})

test('what happens while many open and close is told to each that was there, once', async () => {
  const renaming = (async () => {
    for (let n = 0; n < 30; n++) {
      await rename(`name ${n}`)
      await sleep(15)
    }
  })()
  const heard: ServerSent[][] = []
  const listening = Array.from({ length: 8 }, async () => {
    let stood: string | undefined
    const all: ServerSent[] = []
    for (let round = 0; round < 4; round++) {
      const stream = await hear(stood === undefined ? {} : { 'last-event-id': stood })
      await sleep(40 + Math.random() * 80)
      stream.close()
      all.push(...stream.events)
      stood = stream.lastId ?? stood
    }
    const last = await hear(stood === undefined ? {} : { 'last-event-id': stood })
    await renaming
    const { id } = await whole.db
      .selectFrom('event')
      .select((eb) => eb.fn.max('id').as('id'))
      .executeTakeFirstOrThrow()
    for (
      let position = null;
      position === null || BigInt(last.lastId ?? 0) < BigInt(position);
      await sleep(10)
    ) {
      const row = await whole.db
        .selectFrom('event')
        .select('position')
        .where('id', '=', id)
        .executeTakeFirst()
      position = row?.position ?? null
    }
    all.push(...last.events)
    heard.push(all)
  })
  await Promise.all(listening)
  const longest = Math.max(...heard.map(({ length }) => length))
  expect(longest).toBeGreaterThan(5)
  for (const all of heard) {
    expect(all.every(({ event }) => event === 'Update')).toBe(true)
    const ids = all.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    // From the first that it heard on, each has heard all: they end with the same ids, without a gap.
    const reference = heard.find(({ length }) => length === longest)?.map(({ id }) => id) ?? []
    expect(ids).toEqual(reference.slice(reference.length - ids.length))
  }
})

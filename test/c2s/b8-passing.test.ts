import { expect, test } from 'vitest'
import { eventsIn } from '../../src/faces/activitypub/streams/passing.ts'

/* c2s.md b8: what another server's stream costs us follows from its bytes, however they are cut. */

const LIMITS = { largest: 256 * 1024, perMinute: 1000 }

async function* cutInto(text: string, size: number) {
  for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size))
}
async function all(bytes: AsyncIterable<Buffer>) {
  const events: string[] = []
  for await (const event of eventsIn(bytes, LIMITS)) events.push(event)
  return events
}

test('events are the same wherever the stream is cut, and however its lines end', async () => {
  const lines = [
    'data: one',
    '',
    ': kept alive',
    '',
    '',
    'event: Add',
    'id: 7',
    'data: two',
    '',
    'data: left',
  ]
  for (const end of ['\n', '\r\n', '\r'])
    for (const size of [1, 2, 3, 7, 1000])
      expect(await all(cutInto(lines.join(end), size)), `${JSON.stringify(end)} ${size}`).toEqual([
        'data: one\n\n',
        'event: Add\nid: 7\ndata: two\n\n',
      ])
})

test('a large event that comes byte by byte is not looked through for each', async () => {
  async function* drops() {
    yield Buffer.from(`data: ${'x'.repeat(200_000)}`)
    yield* cutInto('\na'.repeat(20_000), 1)
    yield Buffer.from('\n\n')
  }
  const began = performance.now()
  expect(await all(drops())).toHaveLength(1)
  expect(performance.now() - began).toBeLessThan(1500)
})

test('one that is too large ends it, in one piece or in many', async () => {
  for (const size of [1000, 300_000])
    await expect(all(cutInto(`data: ${'x'.repeat(270_000)}\n\n`, size))).rejects.toThrow('too large')
})

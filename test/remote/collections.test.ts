import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readCollection } from '../../src/remote/collections.ts'
import { type Peer, startPeer } from '../support/peer.ts'
import { reasonOf, remoteParts } from '../support/remote.ts'

let peer: Peer
let parts: ReturnType<typeof remoteParts>
let base: string
let counter = 0

beforeAll(async () => {
  peer = await startPeer({ tls: true })
})
afterAll(() => peer.stop())
beforeEach(() => {
  parts = remoteParts(peer, ['good.test', 'evil.test'])
  base = `https://good.test/lists/${++counter}`
})

/** Serves `count` pages of two items each. */
function servePages(count: number): void {
  peer.serve(base, { id: base, type: 'OrderedCollection', totalItems: 2 * count, first: `${base}?page=0` })
  for (let at = 0; at < count; at++) {
    peer.serve(`${base}?page=${at}`, {
      id: `${base}?page=${at}`,
      type: 'OrderedCollectionPage',
      partOf: base,
      orderedItems: [`${base}/${2 * at}`, `${base}/${2 * at + 1}`],
      ...(at < count - 1 ? { next: `${base}?page=${at + 1}` } : {}),
    })
  }
}

const read = (limits = {}) => readCollection(parts.fetcher, base, limits)
const hitsBelow = () => peer.requests.filter((seen) => seen.url.startsWith(base)).length

describe('S-070 collections', () => {
  test('are read page by page, in order', async () => {
    servePages(3)
    const found = await read()
    expect(found.items).toEqual([0, 1, 2, 3, 4, 5].map((n) => `${base}/${n}`))
    expect([found.totalItems, found.complete]).toEqual([6, true])
  })

  test('may hold their items themselves, or their first page, with or without ids', async () => {
    peer.serve(base, { id: base, type: 'Collection', items: 'a' })
    expect(await read()).toEqual({ items: ['a'], totalItems: undefined, complete: true })
    const first = { type: 'CollectionPage', items: ['b', { id: `${base}/c` }], next: `${base}?more` }
    peer.serve(base, { id: base, type: 'Collection', totalItems: -1, first })
    peer.serve(`${base}?more`, { type: 'CollectionPage', orderedItems: ['d'] })
    expect(await read()).toEqual({
      items: ['b', { id: `${base}/c` }, 'd'],
      totalItems: undefined,
      complete: true,
    })
    peer.serve(base, { id: base, type: 'Collection', totalItems: 0 })
    expect(await read()).toEqual({ items: [], totalItems: 0, complete: true })
  })

  test('without end are left after ten pages', async () => {
    servePages(40)
    const found = await read()
    expect([found.items.length, found.complete, hitsBelow()]).toEqual([20, false, 11])
  })

  test('of a million items are left after five hundred', async () => {
    const items = Array.from({ length: 4000 }, (_, i) => `x${i}`)
    peer.serve(base, { id: base, type: 'Collection', totalItems: 1_000_000, items, next: `${base}?2` })
    const found = await read()
    expect([found.items.length, found.complete, hitsBelow()]).toEqual([500, false, 1])
  })

  test.each([
    ['itself as its first page', { first: (url: string) => url }],
    ['itself as the next', { items: () => ['a'], next: (url: string) => url }],
    ['a page of another server', { items: () => ['a'], next: () => 'https://evil.test/page' }],
    ['a page that is no address', { items: () => ['a'], next: () => 'next' }],
    ['a page inside', { items: () => ['a'], next: () => 'https://127.0.0.1/page' }],
    ['a page of ours', { items: () => ['a'], next: () => 'https://weft.test/ap/actors/1/outbox' }],
  ])('with %s are left there', async (_what, made) => {
    const document = Object.fromEntries(Object.entries(made).map(([name, make]) => [name, make(base)]))
    peer.serve(base, { id: base, type: 'OrderedCollection', ...document })
    const before = peer.requests.length
    const found = await read()
    expect(found.complete).toBe(false)
    expect(found.items).toEqual('items' in made ? ['a'] : [])
    expect(peer.requests.length).toBe(before + 1)
  })

  test('in a circle are left when it closes', async () => {
    servePages(3)
    peer.serve(`${base}?page=2`, { id: `${base}?page=2`, items: ['z'], next: `${base}?page=0` })
    const found = await read()
    expect([found.items.at(-1), found.complete, hitsBelow()]).toEqual(['z', false, 4])
  })

  test('whose page says that it belongs to another server, or is sent there, are left', async () => {
    servePages(2)
    peer.serve(`${base}?page=1`, { id: 'https://evil.test/page', items: ['lie'] })
    expect(await read()).toMatchObject({ items: [`${base}/0`, `${base}/1`], complete: false })
    peer.serve('https://evil.test/page', { items: ['lie'] })
    peer.answer(`${base}?page=1`, { redirect: 'https://evil.test/page' })
    parts.clock.advance(61_000)
    expect(await read()).toMatchObject({ items: [`${base}/0`, `${base}/1`], complete: false })
  })

  test('that take too long give what came in time', async () => {
    servePages(5)
    peer.answer(`${base}?page=2`, { hang: true })
    const started = performance.now()
    const found = await read({ ms: 300 })
    expect(performance.now() - started).toBeLessThan(1000)
    expect([found.items.length, found.complete]).toEqual([4, false])
  })

  test('that are not there are refused', async () => {
    expect(await reasonOf(read())).toContain('remote.not-found')
  })
})

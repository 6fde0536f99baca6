import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeRsaKey, type PeerKey } from '../support/peer/keys.ts'
import { signed } from '../support/peer/signer.ts'
import type { Json } from '../support/peer.ts'
import { PUBLIC_ADDRESS } from '../support/remote.ts'
import { change, changed } from '../support/spoiled.ts'
import { startTarget, type Target } from '../support/thrown.ts'
import type { Reply } from '../support/whole.ts'
import { hostsIn, type Played, play, readQuirks, stumbles } from '../support/wire.ts'
import { ORIGIN, personElsewhere } from '../support/world.ts'

/*
 * S-006, S-026: everything of test/wire, spoilt in every way that software goes wrong: no 5xx, no hang, nothing half done.
 */

let target: Target
let key: PeerKey
let played: readonly Played[]

beforeAll(async () => {
  target = await startTarget()
  const { world } = target
  key = await makeRsaKey('https://far.test/key')
  const ours = (path: string) => {
    if (path.startsWith('/ap/actors/')) return world.uris.actor(target.anna.id)
    return path.startsWith('/ap/posts/') ? world.uris.post(target.post) : `${ORIGIN}${path}`
  }
  played = play(readQuirks(), ours)
  for (const host of hostsIn(played)) target.peer.resolvesTo(host, [PUBLIC_ADDRESS])
  for (const { actorUri, host, followersUrl } of played) {
    const keys = [{ uri: `${actorUri}#main-key`, kind: 'rsa' as const, publicKey: key.publicPem }]
    await personElsewhere(world, 'someone', host, { uri: actorUri, followersUrl, keys })
  }
}, 120_000)
afterAll(async () => {
  await target?.[Symbol.asyncDispose]()
})

function deliver({ actorUri }: Played, text: string, date?: Date): Promise<Reply> {
  const body = Buffer.from(text)
  const headers = { 'content-type': 'application/activity+json' }
  const request = { method: 'POST', url: `${ORIGIN}/ap/inbox`, headers, body }
  const { headers: all } = signed(request, { ...key, uri: `${actorUri}#main-key` }, date ? { date } : {})
  return target.ask('/ap/inbox', { method: 'POST', headers: all, body })
}

/** How whole documents go wrong, beside what happens at one of their places. */
const whole = {
  'as it is': (json: Json) => JSON.stringify(json),
  'in reverse': (json: Json) => JSON.stringify(Object.fromEntries(Object.entries(json).reverse())),
  'ten times as large': (json: Json) =>
    JSON.stringify({ ...json, object: tenfold(json.object), summary: 'x'.repeat(100_000) }),
  'every value a list': (json: Json) => JSON.stringify(eachValue(json, (value) => [value])),
  'every list a value': (json: Json) =>
    JSON.stringify(eachValue(json, (value) => (Array.isArray(value) ? value[0] : value))),
  'every text a number': (json: Json) =>
    JSON.stringify(eachValue(json, (value, name) => (typeof value === 'string' && !kept(name) ? 7 : value))),
  'all null but the envelope': (json: Json) =>
    JSON.stringify({ ...json, object: eachValue(json.object, (value, name) => (kept(name) ? value : null)) }),
} as const

const kept = (name: string) => ['id', 'type', 'actor', 'attributedTo', 'object'].includes(name)

function eachValue(value: unknown, into: (value: unknown, name: string) => unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, into(eachValue(inner, into), name)]),
  )
}

function tenfold(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      Array.isArray(inner)
        ? Array.from({ length: 10 }, () => inner).flat()
        : typeof inner === 'string' && !kept(name)
          ? inner.repeat(10)
          : inner,
    ]),
  )
}

const ways = Object.keys(whole) as (keyof typeof whole)[]
const cases = fc.record({
  which: fc.nat(10_000),
  way: fc.constantFrom(...ways),
  changes: fc.array(change, { maxLength: 3 }),
  twice: fc.boolean(),
})

test('what peers send, spoilt, is taken or refused within a second, and changes nothing when it is refused', async () => {
  const { taken, refused } = await target.throwAll(cases, 1200, async ({ which, way, changes, twice }) => {
    const one = played[which % played.length]
    if (!one) throw new Error('there is nothing to throw')
    const text = changed(JSON.parse(whole[way](one.activity)) as Json, changes)
    const first = await deliver(one, text)
    return twice ? deliver(one, text) : first
  })
  expect(taken).toBeGreaterThan(200)
  expect(refused).toBeGreaterThan(100)
  await nothingStumbled()
}, 240_000)

test('what comes seven hours late is refused by its date, and what was made seven hours ago is read', async () => {
  const now = target.clock.now()
  const late = new Date(now.getTime() - 7 * 3_600_000)
  for (const one of played.slice(0, 20)) {
    const reply = await deliver(one, JSON.stringify({ ...one.activity, id: `${one.activity.id}?late` }), late)
    expect(reply.status).toBeGreaterThanOrEqual(400)
    expect(reply.status).toBeLessThan(500)
    const dated = { ...one.activity, id: `${one.activity.id}?old`, published: late.toISOString() }
    expect((await deliver(one, JSON.stringify(dated))).status).toBeLessThan(500)
  }
  await nothingStumbled()
}, 60_000)

async function nothingStumbled(): Promise<void> {
  await target.settled()
  expect(stumbles(target.errors)).toEqual([])
  expect(await target.db.selectFrom('dead_job').selectAll().execute()).toEqual([])
  // Every row that came is whole: the pages and documents that show it can be made.
  for (const path of [
    '/',
    '/@anna',
    `/@anna/${target.post}`,
    `/ap/posts/${target.post}/replies?cursor=first`,
  ])
    expect((await target.ask(path)).status, path).toBe(200)
}

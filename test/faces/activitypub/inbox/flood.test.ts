import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIntake } from '../../../../src/jobs/seen.ts'
import { testDatabase } from '../../../support/database.ts'
import type { SignOptions } from '../../../support/peer/signer.ts'
import type { Person } from '../../../support/peer.ts'
import { type Door, knownPerson, openDoor, post } from './door.ts'

let door: Door
let alice: Person
const hello = (by: Person) => by.create(by.note('hello'))

beforeAll(async () => {
  door = await openDoor({ parts: { rateLimits: false } })
  alice = await knownPerson(door, 'alice')
})
afterAll(() => door[Symbol.asyncDispose]())

describe('S-034: a flood from one host', () => {
  test('is answered 429 with Retry-After past its budget, and nobody else notices', async () => {
    await using limited = await openDoor({ parts: { activitiesPerMinute: 200 } })
    const loud = await knownPerson(limited, 'loud', 'evil.test')
    const quiet = await knownPerson(limited, 'quiet')
    const flood = Array.from({ length: 260 }, () => post(loud, limited.shared, hello(loud)))
    const answers = await Promise.all(flood)
    const taken = answers.filter((answer) => answer === '202 taken').length
    expect(taken).toBeGreaterThanOrEqual(200)
    expect(await limited.kept()).toHaveLength(taken)

    const reply = await loud.post(limited.shared, hello(loud))
    expect(reply).toMatchObject({
      status: 429,
      headers: { 'retry-after': expect.stringMatching(/^[1-9]\d?$/) },
    })
    expect(await limited.kept()).toHaveLength(taken)
    expect(await post(quiet, limited.shared, hello(quiet))).toBe('202 taken')
    limited.clock.advance(61_000)
    expect(await post(loud, limited.shared, hello(loud))).toBe('202 taken')
  })

  test('nobody spends the budget of a host that they only name', async () => {
    await using limited = await openDoor({ parts: { activitiesPerMinute: 20 } })
    const victim = await knownPerson(limited, 'victim')
    const mallory = await knownPerson(limited, 'mallory', 'evil.test')
    const forgeries = Array.from({ length: 60 }, () =>
      post(mallory, limited.shared, hello(victim), { keyId: victim.keys.rsa.uri }),
    )
    for (const answer of await Promise.all(forgeries)) expect(answer).toMatch(/^401 /)
    expect(await post(victim, limited.shared, hello(victim))).toBe('202 taken')
  })

  test('without limits nobody is told to wait', async () => {
    await using open = await openDoor({ parts: { activitiesPerMinute: 5, rateLimits: false } })
    const loud = await knownPerson(open, 'loud')
    for (let at = 0; at < 20; at++) expect(await post(loud, open.shared, hello(loud))).toBe('202 taken')
  })
})

describe('when we cannot keep anything', () => {
  test('the sender is told to come again, with 503 and Retry-After, and then it is taken', async () => {
    const broken = await testDatabase()
    const intake = createIntake(broken.db)
    await broken[Symbol.asyncDispose]()
    let mended = false
    await using shaky = await openDoor({
      parts: { intake: { accept: (item) => (mended ? Promise.resolve('new') : intake.accept(item)) } },
    })
    const bob = await knownPerson(shaky, 'bob')
    const activity = hello(bob)
    const reply = await bob.post(shaky.shared, activity)
    expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '60' } })
    expect(reply.text).not.toMatch(/at |sql|postgres/i)
    mended = true
    expect(await post(bob, shaky.shared, activity)).toBe('202 taken')
  })
})

describe('S-006: whatever the headers say', () => {
  const word = fc.oneof(
    fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
    fc.constantFrom(
      '',
      ',',
      '"',
      '=',
      ';',
      '()',
      'sig1=',
      'sig1=()',
      'sig1=::',
      'keyId=""',
      'keyId="https://far.test/users/alice#main-key"',
      'headers="(request-target) host date digest"',
      'signature="AAAA"',
      'SHA-256=',
      'sha-256=:AAAA:',
      'Thu, 01 Jan 1970 00:00:00 GMT',
      'Sun, 06 Nov 94 08:49:37 GMT',
      '-1',
      '1e999',
      'NaN',
      '__proto__',
      'https://[::1',
      'https://evil.test/%zz',
      '\\',
      '\t',
      '%00',
    ),
  )
  const value = fc
    .array(word, { maxLength: 6 })
    .map((words) => words.join(fcJoin(words.length)))
    .map((text) => text.replace(/[^\t\x20-\x7e]/g, '').trim())
  const name = fc.constantFrom(
    'signature',
    'signature-input',
    'digest',
    'content-digest',
    'date',
    'host',
    'content-type',
    'content-encoding',
    'accept',
    'x-forwarded-host',
    'x-forwarded-for',
    'authorization',
    'cookie',
    'expect-nothing',
  )
  const spoilt = fc.record({
    scheme: fc.constantFrom<SignOptions['scheme'][]>('cavage', 'rfc9421', 'both', 'none'),
    alter: fc.dictionary(name, value, { minKeys: 1, maxKeys: 4 }),
    omit: fc.subarray(['date', 'digest', 'content-digest', 'host', 'content-type']),
  })

  test('1,000 times: an answer of 2xx or 4xx within a second, and the next one is heard', async () => {
    const activity = hello(alice)
    let slowest = 0
    await fc.assert(
      fc.asyncProperty(spoilt, async (sign) => {
        const start = performance.now()
        const { status } = await alice.post(door.shared, activity, sign as SignOptions)
        slowest = Math.max(slowest, performance.now() - start)
        expect(Math.floor(status / 100)).toBeOneOf([2, 4])
      }),
      { numRuns: 1000 },
    )
    expect(slowest).toBeLessThan(1000)
    expect(await post(alice, door.shared, hello(alice))).toBe('202 taken')
  }, 60_000)

  test('1,000 bodies: an answer of 2xx or 4xx within a second, and nothing kept that is not theirs', async () => {
    const json = fc.json({ maxDepth: 6 })
    const field = fc.constantFrom(
      'id',
      'type',
      'actor',
      'object',
      'to',
      'cc',
      '@context',
      'signature',
      'proof',
    )
    const mutated = fc
      .dictionary(field, fc.jsonValue({ maxDepth: 3 }), { minKeys: 1, maxKeys: 4 })
      .map((changes) => JSON.stringify({ ...hello(alice), ...changes }))
    let slowest = 0
    await fc.assert(
      fc.asyncProperty(fc.oneof(json, mutated, fc.string()), async (body) => {
        const start = performance.now()
        const { status } = await alice.post(door.shared, body)
        slowest = Math.max(slowest, performance.now() - start)
        expect(Math.floor(status / 100)).toBeOneOf([2, 4])
      }),
      { numRuns: 1000 },
    )
    expect(slowest).toBeLessThan(1000)
    for (const { actor } of await door.kept()) expect(JSON.stringify(actor)).toContain(alice.uri)
  }, 60_000)
})

/** Sometimes one way, sometimes the other. */
function fcJoin(length: number): string {
  return length % 2 === 0 ? ',' : ' '
}

import { describe, expect, test } from 'vitest'
import { Refusal } from '../../src/base/refusal.ts'
import { type Json, parseJson } from '../../src/translate/json.ts'
import { checkShape } from '../../src/translate/shape.ts'
import { cpuMilliseconds } from '../text/cpu.ts'

const AS = 'https://www.w3.org/ns/activitystreams'
const check = (value: Json) => () => checkShape(value)

function nested(depth: number): Json {
  let value: Json = 'x'
  for (let level = 0; level < depth; level += 1) value = { a: value }
  return value
}

describe('S-026: what costs too much is refused', () => {
  test('deeper than 32', () => {
    expect(check(nested(32))).not.toThrow()
    expect(check(nested(33))).toThrow(Refusal)
  })

  test('more than 10,000 parts', () => {
    const lists = (count: number) => Object.fromEntries([...Array(count).keys()].map((key) => [key, 'x']))
    expect(check(lists(9_999))).not.toThrow()
    expect(check(lists(10_000))).toThrow(Refusal)
  })

  test('more than 5,000 items in a list', () => {
    expect(check({ to: Array(5_000).fill('x') })).not.toThrow()
    expect(check({ to: Array(5_001).fill('x') })).toThrow(Refusal)
  })

  test('more than 10 contexts, together or apart', () => {
    expect(check({ '@context': Array(10).fill(AS) })).not.toThrow()
    expect(check({ '@context': Array(11).fill(AS) })).toThrow(Refusal)
    expect(check({ object: Array(11).fill({ '@context': AS }) })).toThrow(Refusal)
  })

  test.each([
    ['a megabyte of brackets', `${'['.repeat(500_000)}${']'.repeat(500_000)}`],
    ['a megabyte of objects', `${'{"a":'.repeat(160_000)}1${'}'.repeat(160_000)}`],
    ['2,000 inline contexts', JSON.stringify({ '@context': Array(2_000).fill({ a: 'https://b.test/' }) })],
    ['a megabyte of numbers', JSON.stringify({ a: Array(500_000).fill(1) })],
    ['a storm of blank nodes', JSON.stringify({ tag: Array(500).fill({ id: '_:b', type: 'Note' }) })],
  ])('%s is refused in little time', (_, text) => {
    const read = () => checkShape(parseJson(text))
    expect(cpuMilliseconds(() => expect(read).toThrow(Refusal))).toBeLessThan(100)
  })
})

describe('S-029: what turns a document inside out is refused', () => {
  test.each(['@graph', '@included', '@reverse', '@nest'])('%s anywhere', (keyword) => {
    expect(check({ [keyword]: [] })).toThrow(Refusal)
    expect(check({ object: { tag: [{ [keyword]: {} }] } })).toThrow(Refusal)
    expect(check({ '@context': [AS, { a: { [keyword]: 'actor' } }] })).toThrow(Refusal)
  })

  test.each([
    { actor: 'https://evil.test/ns#actor' },
    { actor: { '@id': 'as:object' } },
    { actor: null },
    { id: 'as:actor' },
    { type: 'as:to' },
    { as: 'https://evil.test/ns#' },
    { to: 'as:cc' },
    { Create: 'as:Undo' },
    { Note: 'as:Person' },
    { inbox: 'https://evil.test/inbox' },
    { publicKey: 'as:publicKey' },
    { x: { '@id': 'as:x', '@context': { actor: 'as:object' } } },
  ])('a context that says %j', (context) => {
    expect(check({ '@context': [AS, context] })).toThrow(Refusal)
    expect(check({ '@context': context })).toThrow(Refusal)
    expect(check({ object: { '@context': context } })).toThrow(Refusal)
  })

  test('a context within a context', () => {
    expect(check({ '@context': [AS, [{ actor: 'x' }]] })).toThrow(Refusal)
  })
})

test.each([
  AS,
  [
    AS,
    'https://w3id.org/security/v1',
    { toot: 'http://joinmastodon.org/ns#', sensitive: 'as:sensitive', Emoji: 'toot:Emoji' },
  ],
  [
    AS,
    {
      likes: { '@id': 'as:likes', '@type': '@id' },
      shares: 'as:shares',
      name: 'schema:name',
      location: { '@id': 'sc:location', '@type': 'sc:Place' },
    },
  ],
  [AS, { '@language': 'und' }],
  [
    AS,
    {
      as: `${AS}#`,
      id: '@id',
      type: '@type',
      actor: { '@id': 'as:actor', '@type': '@id' },
      alsoKnownAs: { '@id': 'as:alsoKnownAs', '@type': '@id' },
      movedTo: 'as:movedTo',
      inbox: 'ldp:inbox',
      ldp: 'http://www.w3.org/ns/ldp#',
    },
  ],
  null,
  undefined,
])('the contexts that peers send are taken: %j', (context) => {
  expect(
    check({
      ...(context === undefined ? {} : { '@context': context }),
      type: 'Create',
      object: { id: '_:b0' },
    }),
  ).not.toThrow()
})

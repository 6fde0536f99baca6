import { describe, expect, test } from 'vitest'
import { Refusal } from '../../../src/base/refusal.ts'
import { activityFrom, embeddedObject, objectIdOf } from '../../../src/translate/from-activity/activity.ts'

const actor = 'https://far.test/users/ann'
const like = {
  '@context': 'https://www.w3.org/ns/activitystreams',
  id: 'https://far.test/likes/1',
  type: 'Like',
  actor,
  object: 'https://here.test/ap/posts/1',
}
const read = (change: object) => activityFrom(JSON.stringify({ ...like, ...change }))

test('an activity is read whole', () => {
  const activity = read({
    to: 'https://here.test/ap/actors/1',
    cc: ['Public', { id: 'https://x.test/1' }, null],
  })
  expect(activity).toMatchObject({
    id: like.id,
    type: 'Like',
    actor,
    object: like.object,
    to: ['https://here.test/ap/actors/1'],
    cc: ['Public', 'https://x.test/1'],
  })
  expect(activity.raw).toMatchObject(like)
  expect(objectIdOf(activity)).toBe(like.object)
  expect(embeddedObject(activity)).toBeUndefined()
})

describe('S-022: exactly one actor', () => {
  test('a list of one or an embedded actor is that actor', () => {
    expect(read({ actor: [actor] }).actor).toBe(actor)
    expect(read({ actor: { id: actor, type: 'Person', inbox: 'https://evil.test/' } }).actor).toBe(actor)
  })

  test.each([
    [[actor, 'https://far.test/users/bob']],
    [[actor, actor]],
    [[]],
    [[[actor]]],
    [null],
    [undefined],
    [7],
    ['ann'],
    ['acct:ann@far.test'],
    [{ type: 'Person' }],
    [{ id: [actor] }],
  ])('%j is refused', (value) => {
    expect(() => read({ actor: value })).toThrow(Refusal)
  })
})

test('an object may be an id, a whole thing, or one of a list', () => {
  expect(objectIdOf(read({ object: { id: 'https://far.test/1', type: 'Note' } }))).toBe('https://far.test/1')
  expect(objectIdOf(read({ object: ['https://far.test/1'] }))).toBe('https://far.test/1')
  expect(read({ type: 'Flag', object: [actor, 'https://far.test/1'] }).objects).toHaveLength(2)
})

test('a missing id becomes a fragment of the actor, the same for the same body and another for another', () => {
  const [one, again, other] = [{ id: null }, { id: null }, { id: null, content: '👍' }].map(
    (change) => read(change).id,
  )
  expect(one).toMatch(/^https:\/\/far\.test\/users\/ann#Like-[\w-]{43}$/)
  expect(again).toBe(one)
  expect(other).not.toBe(one)
})

test.each([
  ['an empty id', { id: '' }],
  ['an id that is no address', { id: 'urn:uuid:00000000-0000-4000-8000-000000000000' }],
  ['a list of ids', { id: [like.id] }],
  ['no type', { type: null }],
  ['an empty type', { type: '' }],
  ['no object', { object: undefined }],
  ['a number for an object', { object: 7 }],
  ['a graph', { '@graph': [] }],
])('%s is refused', (_, change) => {
  expect(() => read(change)).toThrow(Refusal)
})

test.each(['', '[]', 'null', '7', '"x"', '{}', `[${JSON.stringify(like)}]`])(
  'the body %s is refused',
  (body) => {
    expect(() => activityFrom(body)).toThrow(Refusal)
  },
)

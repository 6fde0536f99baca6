import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TASK_FORCE, TASK_FORCE_AT } from '../../../src/domain/grants/scope-names.ts'
import {
  type Act,
  allows,
  hasAdmin,
  isWithin,
  mayAddress,
  mayReact,
  mayUndo,
  narrowTo,
  READ_PUBLIC,
  SUPPORTED,
  scopesFrom,
  textOf,
  withoutAdmin,
} from '../../../src/domain/grants/scopes.ts'

const at = (name: string) => TASK_FORCE_AT + name
const nobody = { public: false, followers: false, actors: false }
const everybody = { public: true, followers: true, actors: true }

describe('scopes are read', () => {
  test('in three vocabularies, and told back as they were asked for', () => {
    const text = `${at('readinbox')} activitypub:write:like write:media`
    const scopes = scopesFrom(text)
    expect(textOf(scopes)).toBe(text)
    expect([...scopes.granted]).toEqual(['readinbox', 'like', 'write:media'])
    expect(allows(scopes, 'uploadfiles')).toBe(true)
    expect(allows(scopes, 'readoutbox')).toBe(false)
  })

  test('with what is not known left out', () => {
    expect(textOf(scopesFrom('read nonsense openid https://evil.test/scopes#readall'))).toBe('read')
  })

  test.each(['', ' ', 'nonsense', 'constructor __proto__ toString', `${TASK_FORCE_AT}nonsense`, 'READ'])(
    'and %j is what anybody may read',
    (text) => {
      const scopes = scopesFrom(text)
      expect(textOf(scopes)).toBe(READ_PUBLIC)
      for (const name of TASK_FORCE) expect(allows(scopes, name)).toBe(false)
    },
  )

  test('once each', () => {
    expect(textOf(scopesFrom('read read  read\tread'))).toBe('read')
  })

  test('whatever is sent', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3000 }), (text) => {
        const scopes = scopesFrom(text)
        expect(textOf(scopesFrom(textOf(scopes)))).toBe(textOf(scopes))
        expect(scopes.words.every((word) => SUPPORTED.includes(word) || word.startsWith('admin'))).toBe(true)
      }),
    )
  })

  test('in time, however many there are', () => {
    const began = performance.now()
    scopesFrom('read '.repeat(1_000_000))
    expect(performance.now() - began).toBeLessThan(50)
  })

  test('what is offered is what is known, and nothing of administrators', () => {
    for (const word of SUPPORTED) expect(textOf(scopesFrom(word))).toBe(word)
    for (const name of TASK_FORCE) expect(SUPPORTED).toContain(at(name))
    expect(SUPPORTED).toEqual(expect.arrayContaining(['read', 'write', 'follow', 'push', 'profile']))
    expect(SUPPORTED.some((word) => word.includes('admin'))).toBe(false)
    expect(new Set(SUPPORTED).size).toBe(SUPPORTED.length)
  })
})

describe('scopes allow', () => {
  test.each<[string, string[], string[]]>([
    [
      'read',
      ['readall', 'readinbox', 'readany', 'profile', 'read:statuses'],
      ['createcontent', 'push', 'addressall'],
    ],
    [
      'write',
      ['createcontent', 'deletecontent', 'block', 'uploadfiles', 'addresspublic'],
      ['readinbox', 'push'],
    ],
    [at('readall'), ['readany', 'readinbox', 'readliked'], ['read', 'read:statuses', 'like']],
    [at('readany'), ['readlocal', 'readown'], ['readinbox', 'readall']],
    [at('follow'), ['follow'], ['managefollowers', 'block', 'write:blocks', 'read:follows']],
    [
      'follow',
      ['follow', 'managefollowers', 'block', 'write:mutes', 'read:follows'],
      ['write', 'createcontent'],
    ],
    ['profile', ['profile'], ['updateprofile', 'readinbox']],
    ['push', ['push'], ['read', 'readinbox']],
    ['write:favourites', ['like'], ['share', 'createcontent']],
    ['write:statuses', ['createcontent', 'share'], ['like', 'uploadfiles']],
    ['activitypub:read:me:all', ['readinbox', 'readliked'], ['readany', 'readlocal']],
    ['activitypub:write:all', ['createcontent', 'addresspublic'], ['write', 'write:statuses', 'readinbox']],
    ['activitypub:write:accept', ['managefollowers'], ['follow']],
    ['activitypub:write:undo:like', [], ['like', 'deletecontent']],
    ['admin:read', ['admin:read:reports'], ['read', 'admin:write:reports']],
    ['admin', ['admin:write:accounts'], ['write']],
  ])('%s: what it says and no more', (text, yes, no) => {
    const { all } = scopesFrom(text)
    expect(yes.filter((name) => !all.has(name))).toEqual([])
    expect(no.filter((name) => all.has(name))).toEqual([])
  })

  test('one of several', () => {
    expect(allows(scopesFrom(at('readlocal')), ['readany', 'readlocal'])).toBe(true)
    expect(allows(scopesFrom(at('readliked')), ['readany', 'readlocal'])).toBe(false)
    expect(allows(scopesFrom('read'), [])).toBe(false)
  })
})

describe('S-124: scopes', () => {
  test.each([
    ['read:statuses', 'read', true],
    ['read write', 'read', false],
    [at('like'), 'write', true],
    ['activitypub:write:like:sameorigin', at('reactown'), true],
    [at('reactown'), 'activitypub:write:like:sameorigin', false],
    ['admin:read', 'read write', false],
    ['admin:read:accounts', 'admin:read', true],
    ['follow', 'write', false],
    [READ_PUBLIC, 'push', true],
  ])('%s within %s: %s', (inner, outer, expected) => {
    expect(isWithin(scopesFrom(inner), scopesFrom(outer))).toBe(expected)
  })

  test('that are narrowed are what both have', () => {
    expect(textOf(narrowTo(scopesFrom('read write admin:read'), scopesFrom('read write:statuses')))).toBe(
      'read',
    )
    expect(textOf(narrowTo(scopesFrom('write'), scopesFrom('read')))).toBe(READ_PUBLIC)
  })

  test('of administrators can be taken out', () => {
    const scopes = scopesFrom('read admin:read admin:write:reports')
    expect(hasAdmin(scopes)).toBe(true)
    expect(textOf(withoutAdmin(scopes))).toBe('read')
    expect(hasAdmin(withoutAdmin(scopes))).toBe(false)
  })

  test('that are narrowed never allow more than either', () => {
    const words = fc.subarray([...SUPPORTED]).map((some) => scopesFrom(some.slice(0, 20).join(' ')))
    fc.assert(
      fc.property(words, words, (one, other) => {
        const both = narrowTo(one, other)
        for (const name of both.all) {
          if (name === READ_PUBLIC) continue
          expect(one.all.has(name) && other.all.has(name)).toBe(true)
        }
      }),
    )
  })
})

describe('whom an app may address', () => {
  test('is everybody when nothing is said of it', () => {
    expect(mayAddress(scopesFrom(at('createcontent')), everybody)).toBe(true)
    expect(mayAddress(scopesFrom('write'), everybody)).toBe(true)
  })

  test.each([
    ['addresspublic', { ...nobody, public: true }],
    ['addressfollowers', { ...nobody, followers: true }],
    ['addressactor', { ...nobody, actors: true }],
  ] as const)('with %s is just those', (name, those) => {
    const scopes = scopesFrom(`${at('createcontent')} ${at(name)}`)
    expect(mayAddress(scopes, those)).toBe(true)
    expect(mayAddress(scopes, nobody)).toBe(true)
    expect(mayAddress(scopes, everybody)).toBe(false)
    for (const key of ['public', 'followers', 'actors'] as const)
      expect(mayAddress(scopes, { ...nobody, [key]: true })).toBe(those[key])
  })

  test('with addressall, or write beside it, is everybody', () => {
    expect(mayAddress(scopesFrom(at('addressall')), everybody)).toBe(true)
    expect(mayAddress(scopesFrom(`write ${at('addressactor')}`), everybody)).toBe(true)
  })
})

describe('what an app may react to', () => {
  const acts = ['like', 'share', 'createcontent'] as const
  const reacting = (act: Act, objectUri: string, clientId = 'https://app.test/client.json') => ({
    act,
    objectUri,
    clientId,
    origin: 'https://weft.test',
  })
  const [here, home, far] = [
    'https://weft.test/ap/posts/1',
    'https://app.test/x',
    'https://far.test/1',
  ] as const

  test.each<[string, boolean, boolean, boolean]>([
    ['reactany', true, true, true],
    ['reactlocal', true, false, false],
    ['reactown', false, true, false],
    ['createcontent', false, false, false],
  ])('with %s: here %s, at home %s, elsewhere %s', (name, ...expected) => {
    const scopes = scopesFrom(at(name))
    for (const act of ['like', 'share'] as const)
      expect([here, home, far].map((uri) => mayReact(scopes, reacting(act, uri)))).toEqual(expected)
  })

  test.each(acts)('with the scope of %s itself is everything', (act) => {
    expect([here, home, far].every((uri) => mayReact(scopesFrom(at(act)), reacting(act, uri)))).toBe(true)
    for (const other of acts.filter((each) => each !== act))
      expect(mayReact(scopesFrom(at(act)), reacting(other, far))).toBe(false)
  })

  test('an app without a home has nothing of its own', () => {
    for (const clientId of ['opaque', 'null', 'data:x', ''])
      expect(mayReact(scopesFrom(at('reactown')), reacting('like', clientId, clientId))).toBe(false)
  })

  test('an origin is not the beginning of another', () => {
    const scopes = scopesFrom(at('reactlocal'))
    for (const uri of [
      'https://weft.test.evil.test/1',
      'https://weft.test@evil.test/1',
      'http://weft.test/1',
      '//weft.test/1',
    ])
      expect(mayReact(scopes, reacting('like', uri))).toBe(false)
  })

  test('the earlier names by origin are kept to', () => {
    const scopes = scopesFrom('activitypub:write:like:sameorigin write:sameorigin')
    expect(mayReact(scopes, reacting('like', home))).toBe(true)
    expect(mayReact(scopes, reacting('like', far))).toBe(false)
    expect(mayReact(scopes, reacting('follow', home))).toBe(true)
    expect(allows(scopes, 'createcontent')).toBe(false)
  })

  test('undoing takes what doing takes, or the earlier scope for just that', () => {
    expect(mayUndo(scopesFrom(at('like')), reacting('like', far))).toBe(true)
    expect(mayUndo(scopesFrom(at('deletecontent')), reacting('like', far))).toBe(false)
    const undo = scopesFrom('activitypub:write:undo:like')
    expect(mayUndo(undo, reacting('like', far))).toBe(true)
    expect(mayReact(undo, reacting('like', far))).toBe(false)
    expect(mayUndo(undo, reacting('follow', far))).toBe(false)
  })
})

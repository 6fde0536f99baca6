import { describe, expect, test } from 'vitest'
import { PUBLIC } from '../../../src/base/uris.ts'
import {
  type Author,
  type Choice,
  choiceFrom,
  type Permission,
  type Policy,
  permissionFor,
  policyFrom,
  presetOf,
  type Standing,
} from '../../../src/domain/policies/policy.ts'

const author: Author = {
  uri: 'https://here.test/ap/actors/1',
  followersUrl: 'https://here.test/ap/actors/1/followers',
  followingUrl: 'https://here.test/ap/actors/1/following',
}
const ann = 'https://far.test/users/ann'
const nobodyInParticular: Standing = {
  actorUri: ann,
  isAuthor: false,
  isNamed: false,
  followsAuthor: false,
  followedByAuthor: false,
}
const who = {
  stranger: nobodyInParticular,
  follower: { ...nobodyInParticular, followsAuthor: true },
  followed: { ...nobodyInParticular, followedByAuthor: true },
  named: { ...nobodyInParticular, isNamed: true },
  author: { ...nobodyInParticular, actorUri: author.uri, isAuthor: true },
}
const open = { visibility: 'public', mentionUris: [] } as const

describe('a choice', () => {
  test.each<[Choice, Record<keyof typeof who, Permission>]>([
    [
      'everyone',
      { stranger: 'allowed', follower: 'allowed', followed: 'allowed', named: 'allowed', author: 'allowed' },
    ],
    [
      'followers',
      { stranger: 'refused', follower: 'member', followed: 'refused', named: 'allowed', author: 'allowed' },
    ],
    [
      'following',
      { stranger: 'refused', follower: 'refused', followed: 'member', named: 'allowed', author: 'allowed' },
    ],
    [
      'mentioned',
      { stranger: 'refused', follower: 'refused', followed: 'refused', named: 'allowed', author: 'allowed' },
    ],
    [
      'nobody',
      { stranger: 'refused', follower: 'refused', followed: 'refused', named: 'allowed', author: 'allowed' },
    ],
    [
      'followers+ask',
      { stranger: 'ask', follower: 'member', followed: 'ask', named: 'allowed', author: 'allowed' },
    ],
    [
      'nobody+ask',
      { stranger: 'ask', follower: 'ask', followed: 'ask', named: 'allowed', author: 'allowed' },
    ],
  ])('%s says who may reply', (choice, expected) => {
    const policy = policyFrom({ reply: choice }, author, open)
    const found = Object.entries(who).map(([name, standing]) => [
      name,
      permissionFor('reply', policy, author, standing),
    ])
    expect(Object.fromEntries(found)).toEqual(expected)
  })

  test('is read only as what it is', () => {
    expect(choiceFrom('followers+ask')).toBe('followers+ask')
    for (const text of ['', 'all', 'everyone+', 'everyone+maybe', '+ask', 'constructor'])
      expect(choiceFrom(text), text).toBeUndefined()
  })

  test('is stated for every kind, nobody as the author alone and never as an empty list', () => {
    const policy = policyFrom(
      { reply: 'nobody', quote: 'nobody', like: 'nobody', announce: 'nobody' },
      author,
      open,
    )
    for (const sub of Object.values(policy)) expect(sub).toEqual({ automatic: [author.uri], manual: [] })
  })

  test('names whoever the post mentions among those who may reply', () => {
    const post = { visibility: 'public', mentionUris: [ann] } as const
    expect(policyFrom({ reply: 'nobody' }, author, post).reply.automatic).toEqual([author.uri, ann])
    expect(policyFrom({ reply: 'everyone' }, author, post).reply.automatic).toEqual([PUBLIC])
  })

  test('cannot let anybody pass on what was said to few', () => {
    const { quote, announce } = policyFrom({}, author, { visibility: 'followers', mentionUris: [ann] })
    expect([quote.automatic, announce.automatic]).toEqual([[author.uri], [author.uri]])
  })

  test.each<Choice>(['everyone', 'followers', 'following', 'nobody'])(
    '%s can be told from its policy',
    (choice) => {
      expect(presetOf(policyFrom({ reply: choice }, author, open).reply, author)).toBe(choice)
    },
  )
})

describe('a policy from elsewhere', () => {
  const read = (reply: Policy['reply'], standing: Standing = who.stranger) =>
    permissionFor('reply', reply ? { reply } : null, author, standing)

  test('that says nothing lets everybody reply, like and boost, and nobody quote', () => {
    expect(read(undefined)).toBe('allowed')
    for (const kind of ['like', 'announce'] as const)
      expect(permissionFor(kind, null, author, who.stranger)).toBe('allowed')
    expect(permissionFor('quote', null, author, who.follower)).toBe('refused')
    expect(permissionFor('quote', null, author, who.author)).toBe('allowed')
    expect(permissionFor('quote', { reply: { automatic: [PUBLIC], manual: [] } }, author, who.stranger)).toBe(
      'refused',
    )
  })

  test('counts by its most exact word, and of two equal ones by the kinder', () => {
    expect(read({ automatic: [ann], manual: [PUBLIC] })).toBe('allowed')
    expect(read({ automatic: [PUBLIC], manual: [ann] })).toBe('ask')
    expect(read({ automatic: [ann], manual: [ann] })).toBe('allowed')
    const followers = author.followersUrl ?? ''
    expect(read({ automatic: [PUBLIC], manual: [followers] }, who.follower)).toBe('ask')
    expect(read({ automatic: [followers], manual: [PUBLIC] }, who.follower)).toBe('member')
    expect(read({ automatic: [followers], manual: [followers] }, who.follower)).toBe('member')
  })

  test('of an author whose collections are not known lets nobody in by them', () => {
    const hidden = { ...author, followersUrl: null }
    const policy = { reply: { automatic: [author.followersUrl ?? ''], manual: [] } }
    expect(permissionFor('reply', policy, hidden, who.follower)).toBe('refused')
  })
})

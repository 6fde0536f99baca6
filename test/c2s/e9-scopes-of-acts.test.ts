import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { type Json, noteBy, noteFrom, PUBLIC, posted, postTo, refused } from '../support/outbox.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/* c2s.md e9 and c5: each act takes the scope of that act, and no other one will do. */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let alice: Person
let local: string
let far: string

beforeAll(async () => {
  whole = await startWhole(['far.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben', { manuallyApprovesFollowers: true })
  alice = await whole.peer.person('alice', { host: 'far.test' })
  local = await noteBy(whole, ben, 'here')
  far = await noteFrom(whole, alice, 'there')
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

const NAMES =
  'readall createcontent updatecontent deletecontent follow managefollowers managecollections like share block flag updateprofile uploadfiles'.split(
    ' ',
  )
const only = (...names: string[]) => ({
  scope: names.map((name) => `https://swicg.github.io/activitypub-api/scopes#${name}`).join(' '),
})

const acts: readonly (readonly [string, () => Json, readonly string[]])[] = [
  ['Follow', () => ({ type: 'Follow', object: ben.uri }), ['follow']],
  ['Undo of a Follow', () => ({ type: 'Undo', object: { type: 'Follow', object: ben.uri } }), ['follow']],
  ['Like', () => ({ type: 'Like', object: local }), ['like']],
  ['Undo of a Like', () => ({ type: 'Undo', object: { type: 'Like', object: local } }), ['like']],
  ['Announce', () => ({ type: 'Announce', object: local, to: [PUBLIC] }), ['share']],
  ['Undo of an Announce', () => ({ type: 'Undo', object: { type: 'Announce', object: local } }), ['share']],
  ['Block', () => ({ type: 'Block', object: alice.uri }), ['block']],
  ['Undo of a Block', () => ({ type: 'Undo', object: { type: 'Block', object: alice.uri } }), ['block']],
  ['Flag', () => ({ type: 'Flag', object: alice.uri }), ['flag']],
  ['Arrive', () => ({ type: 'Arrive' }), ['createcontent']],
  ['Collection', () => ({ type: 'Collection', name: 'x' }), ['createcontent', 'managecollections']],
]

test.each(acts)('%s', async (_name, act, wanted) => {
  for (const name of NAMES) {
    if (wanted.includes(name)) continue
    const { status, headers, json } = await postTo(whole, anna, act(), only(name))
    expect([name, status]).toEqual([name, 403])
    expect(headers['www-authenticate']).toMatch(/error="insufficient_scope"/)
    expect(json).toMatchObject({ status: 403 })
  }
  await posted(whole, anna, act(), only(wanted[0] ?? ''))
})

test('what answers followers and fills collections has scopes of its own', async () => {
  const follow = await posted(whole, anna, { type: 'Follow', object: ben.uri })
  for (const name of NAMES.filter((one) => one !== 'managefollowers'))
    expect((await postTo(whole, ben, { type: 'Accept', object: follow.id }, only(name))).status).toBe(403)
  await posted(whole, ben, { type: 'Accept', object: follow.id }, only('managefollowers'))
  const target = `${anna.uri}/featured`
  const object = await noteBy(whole, anna, 'mine')
  for (const name of NAMES.filter((one) => one !== 'managecollections'))
    expect((await postTo(whole, anna, { type: 'Add', object, target }, only(name))).status).toBe(403)
  await posted(whole, anna, { type: 'Add', object, target }, only('managecollections'))
  await posted(whole, anna, { type: 'Remove', object, target }, only('managecollections'))
})

test('reactlocal reaches what is here, reactown what is at the app’s home, reactany all', async () => {
  const clientId = 'https://far.test/app.json'
  const like = (object: string) => ({ type: 'Like', object })
  expect(await refused(whole, anna, like(far), { ...only('reactlocal'), clientId })).toMatchObject({
    status: 403,
  })
  await posted(whole, anna, like(local), { ...only('reactlocal'), clientId })
  await posted(whole, anna, { type: 'Undo', object: like(local) }, { ...only('reactlocal'), clientId })

  expect(await refused(whole, anna, like(local), { ...only('reactown'), clientId })).toMatchObject({
    status: 403,
  })
  await posted(whole, anna, like(far), { ...only('reactown'), clientId })
  await posted(whole, anna, { type: 'Undo', object: like(far) }, { ...only('reactown'), clientId })

  for (const object of [local, far]) await posted(whole, anna, like(object), only('reactany'))
  for (const act of [
    { type: 'Follow', object: alice.uri },
    { type: 'Note', content: 'new', to: [PUBLIC] },
  ])
    expect(await refused(whole, anna, act, only('reactany'))).toMatchObject({ status: 403 })
  await posted(
    whole,
    anna,
    { type: 'Note', content: 'an answer', inReplyTo: local, to: [PUBLIC] },
    only('reactany'),
  )
})

test('an app that was told whom to address addresses nobody else', async () => {
  const arrive = (to: string[]) => ({ type: 'Arrive', to })
  const cases: [string, string[], number][] = [
    ['addresspublic', [PUBLIC], 201],
    ['addresspublic', [alice.uri], 403],
    ['addresspublic', [`${anna.uri}/followers`], 403],
    ['addressactor', [alice.uri], 201],
    ['addressactor', [PUBLIC], 403],
    ['addressfollowers', [`${anna.uri}/followers`], 201],
    ['addressfollowers', [PUBLIC], 403],
    ['addressall', [PUBLIC, alice.uri, `${anna.uri}/followers`], 201],
  ]
  for (const [name, to, status] of cases)
    expect([name, to, (await postTo(whole, anna, arrive(to), only('createcontent', name))).status]).toEqual([
      name,
      to,
      status,
    ])
  // Whom the server adds is not the app's doing.
  await posted(whole, anna, { type: 'Dislike', object: far }, only('like', 'addresspublic'))
})

test('of what there is, an app that may do nothing learns nothing', async () => {
  for (const object of [local, `${anna.uri}/x`, 'https://far.test/none'])
    expect(await refused(whole, anna, { type: 'Undo', object }, only('readall'))).toMatchObject({
      status: 403,
    })
})

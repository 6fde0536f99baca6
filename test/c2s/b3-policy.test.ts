import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { chooseDefaults } from '../../src/domain/policies/choose.ts'
import { type Json, PUBLIC, posted, postTo, readAs, refused } from '../support/outbox.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/** Who may do what with a post is for the app to say that posts it (FEP-044f, GoToSocial's interaction policies). */

let whole: Whole
let far: Person
let anna: LocalAccount
let ben: LocalAccount
let cleo: LocalAccount

beforeAll(async () => {
  whole = await startWhole(['far.test'])
  far = await whole.peer.person('fran', { host: 'far.test' })
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  cleo = await personHere(whole.world, 'cleo')
  await requestFollow(whole.world, cleo, anna)
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

const followers = () => whole.world.uris.followers(anna.id)
const note = (interactionPolicy?: unknown, more: Json = {}): Json => ({
  type: 'Note',
  content: '<p>Hello</p>',
  to: [PUBLIC],
  ...more,
  ...(interactionPolicy !== undefined && { interactionPolicy }),
})
const objectOf = (activity: Json) => activity.object as Json & { id: string }
const make = async (interactionPolicy?: unknown, more?: Json) =>
  objectOf(await posted(whole, anna, note(interactionPolicy, more)))
const policyOf = async (id: string) => (await readAs(whole, id, anna)).json.interactionPolicy as Json
const reply = (to: string): Json => ({ type: 'Note', content: 'yes', inReplyTo: to, to: [PUBLIC, anna.uri] })
const quote = (of: string): Json => ({ type: 'Note', content: 'see', quote: of, to: [PUBLIC] })
const update = (id: string, patch: Json): Json => ({ type: 'Update', object: { id, ...patch } })

describe('a new post', () => {
  test('is answered, liked, shared and quoted by whom its app says', async () => {
    const { id, interactionPolicy } = await make({
      canReply: { automaticApproval: [followers()] },
      canLike: { automaticApproval: [anna.uri, ben.uri] },
      canAnnounce: { automaticApproval: [], manualApproval: [] },
      canQuote: { always: [PUBLIC] },
    })
    expect(interactionPolicy).toMatchObject({
      canReply: { automaticApproval: [anna.uri, followers()] },
      canLike: { automaticApproval: [anna.uri, ben.uri] },
      canAnnounce: { automaticApproval: [anna.uri] },
      canQuote: { automaticApproval: [PUBLIC] },
    })
    expect(await policyOf(id)).toEqual(interactionPolicy)
    expect(await refused(whole, ben, reply(id))).toMatchObject({ status: 403, code: 'reply.refused' })
    await posted(whole, cleo, reply(id))
    await posted(whole, ben, { type: 'Like', object: id })
    expect(await refused(whole, cleo, { type: 'Like', object: id })).toMatchObject({ code: 'like.refused' })
    expect(await refused(whole, cleo, { type: 'Announce', object: id, to: [PUBLIC] })).toMatchObject({
      code: 'boost.refused',
    })
    await posted(whole, cleo, quote(id))
    await posted(whole, anna, { type: 'Like', object: id })
  })

  test('waits for a word where it says so, and is as its author always has it where it says nothing', async () => {
    await chooseDefaults(whole.world, anna, { quote: 'nobody', like: 'everyone' })
    try {
      const { id, interactionPolicy } = await make({ canLike: { manualApproval: ['as:Public'] } })
      expect(interactionPolicy).toMatchObject({
        canLike: { automaticApproval: [anna.uri], manualApproval: [PUBLIC] },
        canReply: { automaticApproval: [PUBLIC] },
        canQuote: { automaticApproval: [anna.uri] },
      })
      await posted(whole, ben, { type: 'Like', object: id })
      const { json } = await readAs(whole, `${id}/likes`, anna)
      expect(json.totalItems).toBe(0)
      expect(await refused(whole, ben, quote(id))).toMatchObject({ code: 'quote.refused' })
    } finally {
      await chooseDefaults(whole.world, anna, { quote: 'everyone', like: 'everyone' })
    }
  })

  test('is never shared or quoted beyond whom it is for, and whoever it names may answer', async () => {
    const all = { automaticApproval: [PUBLIC] }
    const { interactionPolicy, id } = await make(
      { canReply: { automaticApproval: [anna.uri] }, canAnnounce: all, canQuote: all, canLike: all },
      { to: [followers(), ben.uri], tag: [{ type: 'Mention', href: ben.uri }] },
    )
    expect(interactionPolicy).toMatchObject({
      canReply: { automaticApproval: [anna.uri, ben.uri] },
      canAnnounce: { automaticApproval: [anna.uri] },
      canQuote: { automaticApproval: [anna.uri] },
      canLike: { automaticApproval: [PUBLIC] },
    })
    expect((await postTo(whole, ben, { ...reply(id), to: [anna.uri] })).status).toBe(201)
    expect((await postTo(whole, cleo, { ...reply(id), to: [anna.uri] })).status).toBe(403)
  })

  test('is not taken with a policy that cannot be held to', async () => {
    const before = await whole.db.selectFrom('post').select('id').execute()
    for (const [policy, code] of [
      ['nobody', 'request.invalid'],
      [[{ canLike: {} }], 'request.invalid'],
      [{ canLike: 'everyone' }, 'request.invalid'],
      [{ canLike: { automaticApproval: [{ name: 'Ben' }] } }, 'request.invalid'],
      [{ canReply: { automaticApproval: ['https://far.test/users/fran/followers'] } }, 'policy.collection'],
      [{ canReply: { automaticApproval: [whole.world.uris.followers(ben.id)] } }, 'policy.collection'],
      [
        {
          canLike: { manualApproval: Array.from({ length: 101 }, (_, n) => `https://far.test/users/u${n}`) },
        },
        'address.too-many',
      ],
    ] as const) {
      expect(await refused(whole, anna, note(policy)), JSON.stringify(policy)).toMatchObject({
        status: 400,
        code,
      })
    }
    expect(await whole.db.selectFrom('post').select('id').execute()).toEqual(before)
  })
})

describe('an Update', () => {
  test('of the policy alone holds from then on, is told, and is no edit', async () => {
    await requestFollow(whole.world, ben, anna)
    const { id } = await make(undefined, { to: [PUBLIC, far.uri] })
    await whole.settled()
    const told = () => far.received.filter(({ type }) => type === 'Update')
    const heard = told().length
    const said = await posted(whole, anna, {
      ...update(id, { interactionPolicy: { canReply: { automaticApproval: [anna.uri] } } }),
      'x:mood': 'quiet',
    })
    expect(said['x:mood']).toBe('quiet')
    expect(objectOf(said)).not.toHaveProperty('updated')
    expect(objectOf(said).interactionPolicy).toMatchObject({ canReply: { automaticApproval: [anna.uri] } })
    expect(await refused(whole, ben, reply(id))).toMatchObject({ code: 'reply.refused' })
    await whole.settled()
    expect(told().length).toBe(heard + 1)
    const open = await posted(whole, anna, update(id, { interactionPolicy: null }))
    expect(objectOf(open).interactionPolicy).toMatchObject({ canReply: { automaticApproval: [PUBLIC] } })
    await posted(whole, ben, reply(id))
    expect(await refused(whole, anna, update(id, { interactionPolicy: 7 }))).toMatchObject({ status: 400 })
  })

  test('of words and policy is one edit; sent back as it was read, the policy stays as it was', async () => {
    const { id, ...object } = await make({ canLike: { automaticApproval: [ben.uri] } })
    const both = await posted(
      whole,
      anna,
      update(id, { content: 'Bye', interactionPolicy: { canLike: { automaticApproval: [cleo.uri] } } }),
    )
    expect(objectOf(both)).toMatchObject({
      content: 'Bye',
      updated: expect.any(String),
      interactionPolicy: { canLike: { automaticApproval: [anna.uri, cleo.uri] } },
    })
    const { json } = await readAs(whole, id, anna)
    const again = await posted(whole, anna, { type: 'Update', object: { ...json, content: 'Good bye' } })
    expect(objectOf(again).interactionPolicy).toEqual(json.interactionPolicy)
    expect(object.interactionPolicy).not.toEqual(json.interactionPolicy)
    expect(await refused(whole, ben, { type: 'Like', object: id })).toMatchObject({ code: 'like.refused' })
  })

  test('quotes nothing else than before, in whatever words', async () => {
    const [one, other] = [await make(), await make()]
    const quoting = objectOf(await posted(whole, anna, quote(one.id)))
    const plain = await make()
    for (const patch of [
      { quote: other.id },
      { quote: null },
      { quoteUri: other.id },
      { _misskey_quote: other.id },
      { tag: [{ type: 'Link', mediaType: 'application/activity+json', href: other.id }] },
    ]) {
      const no = await refused(whole, anna, update(quoting.id, { content: 'x', ...patch }))
      expect(no, JSON.stringify(patch)).toMatchObject({ status: 403, code: 'object.protected' })
    }
    expect(await refused(whole, anna, update(plain.id, { quote: other.id }))).toMatchObject({ status: 403 })
    const same = await posted(whole, anna, update(quoting.id, { content: 'still', quote: one.id, tag: [] }))
    expect(objectOf(same)).toMatchObject({ content: expect.stringContaining('still'), quote: one.id })
    const { json } = await readAs(whole, quoting.id, anna)
    await posted(whole, anna, { type: 'Update', object: { ...json, summary: 'whole' } })
  })
})

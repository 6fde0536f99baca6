import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { type Json, PUBLIC, posted, postTo, readAs, refused } from '../support/outbox.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/** What is no post has the lists that posts have: who likes it, who shares it, and what answers it. */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let cleo: LocalAccount

beforeAll(async () => {
  whole = await startWhole(['far.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  cleo = await personHere(whole.world, 'cleo')
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

const objectOf = (activity: Json) => activity.object as Json & { id: string }
const place = (more: Json = {}): Json => ({ type: 'Place', name: 'A hill', latitude: 1.5, ...more })
const make = async (more: Json = { to: [PUBLIC] }) => objectOf(await posted(whole, anna, place(more)))
const list = async (id: string, name: string, who?: LocalAccount) =>
  (await readAs(whole, `${id}/${name}`, who)).json
const reply = (id: string, to: unknown = [PUBLIC]): Json => ({
  type: 'Note',
  content: 'nice',
  inReplyTo: id,
  to,
})

describe('an open object', () => {
  test('names its lists, which are empty as long as nobody has done anything', async () => {
    const { id } = await make()
    const { json } = await readAs(whole, id)
    for (const [name, type] of [
      ['likes', 'OrderedCollection'],
      ['shares', 'OrderedCollection'],
      ['replies', 'Collection'],
    ] as const) {
      expect(json[name]).toEqual({
        id: `${id}/${name}`,
        type,
        totalItems: 0,
        first: `${id}/${name}?cursor=first`,
      })
      const { status, json: whole_ } = await readAs(whole, `${id}/${name}`)
      expect(status).toBe(200)
      expect(whole_).toMatchObject({ id: `${id}/${name}`, type, totalItems: 0, attributedTo: anna.uri })
      expect(whole_[`${name}Of`]).toBe(id)
    }
    expect((await readAs(whole, `${id}/other`)).status).toBe(404)
  })

  test('has in them who likes it, who shares it and what answers it, until that is taken back', async () => {
    const { id } = await make()
    const like = await posted(whole, ben, { type: 'Like', object: id })
    const share = await posted(whole, cleo, { type: 'Announce', object: id, to: [PUBLIC] })
    const answer = objectOf(await posted(whole, ben, reply(id)))
    await posted(whole, cleo, reply(id, []))
    await posted(whole, cleo, { type: 'Dislike', object: id })
    await posted(whole, cleo, { type: 'EmojiReact', object: id, content: '🎉' })
    const counted = async (who?: LocalAccount) => {
      const { likes, shares, replies } = (await readAs(whole, id, who)).json as Record<string, Json>
      return [likes?.totalItems, shares?.totalItems, replies?.totalItems]
    }
    expect([await counted(), await counted(ben), await counted(cleo)]).toEqual([
      [1, 1, 1],
      [1, 1, 1],
      [1, 1, 2],
    ])
    for (const who of [undefined, anna, cleo]) {
      expect(await list(id, 'likes', who)).toMatchObject({
        totalItems: 1,
        orderedItems: [{ id: like.id, type: 'Like', actor: ben.uri, object: id }],
      })
      expect(await list(id, 'shares', who)).toMatchObject({
        orderedItems: [{ id: share.id, type: 'Announce' }],
      })
    }
    expect(await list(id, 'replies')).toMatchObject({ totalItems: 1, items: [answer.id] })
    const found = await whole.ask(`${new URL(id).pathname}/likes/seek?item=${encodeURIComponent(like.id)}`)
    expect([found.status, found.headers.location]).toEqual([
      307,
      expect.stringContaining(`${id}/likes?cursor=`),
    ])
    expect(await refused(whole, ben, { type: 'Like', object: id })).toMatchObject({
      json: { duplicate: like.id },
    })

    await posted(whole, ben, { type: 'Undo', object: like.id })
    await posted(whole, cleo, { type: 'Undo', object: { type: 'Announce', object: id } })
    expect(await counted()).toEqual([0, 0, 1])
    await posted(whole, ben, { type: 'Like', object: id })
    expect((await counted())[0]).toBe(1)
  })

  test('is changed by who sends it back as it was read, and nobody changes its lists', async () => {
    const { id } = await make()
    await posted(whole, ben, { type: 'Like', object: id })
    const { json } = await readAs(whole, id, anna)
    const said = objectOf(
      await posted(whole, anna, { type: 'Update', object: { ...json, name: 'A mountain' } }),
    )
    expect(said.name).toBe('A mountain')
    expect((await readAs(whole, id)).json).toMatchObject({ name: 'A mountain', likes: { totalItems: 1 } })
    for (const term of ['likes', 'shares', 'replies'])
      expect(
        await refused(whole, anna, { type: 'Update', object: { id, [term]: 'https://far.test/likes' } }),
      ).toMatchObject({ code: 'object.protected' })
  })

  test('is liked and shared from elsewhere as well, and no more', async () => {
    const fran = await whole.peer.person('fran', { host: 'far.test' })
    const send = async (activity: Json) => {
      expect((await fran.post(whole.world.uris.inbox(anna.id), activity)).status).toBe(202)
      await whole.settled()
    }
    const { id } = await make()
    const secret = await make({ to: [ben.uri] })
    const like = fran.activity('Like', id)
    const share = fran.activity('Announce', id, { to: [PUBLIC] })
    for (const activity of [
      like,
      like,
      share,
      fran.activity('Like', id, { content: '🎉' }),
      fran.activity('Like', secret.id),
      fran.activity('Like', `${whole.world.uris.origin}/ap/objects/1`),
    ])
      await send(activity)
    expect(await list(id, 'likes')).toMatchObject({
      totalItems: 1,
      orderedItems: [{ id: like.id, actor: fran.uri }],
    })
    expect(await list(id, 'shares')).toMatchObject({ totalItems: 1, orderedItems: [{ id: share.id }] })
    expect(await list(secret.id, 'likes', anna)).toMatchObject({ totalItems: 0 })
    for (const done of [like, share]) await send(fran.undo(done))
    for (const name of ['likes', 'shares']) expect((await list(id, name)).totalItems).toBe(0)
    expect(whole.errors).toEqual([])
  })

  test('shows nobody those from whom a block keeps them apart', async () => {
    const { id } = await make()
    const dora = await personHere(whole.world, 'dora')
    await posted(whole, dora, { type: 'Like', object: id })
    await posted(whole, dora, reply(id))
    await blockAccount(whole.world, anna, dora)
    expect((await list(id, 'likes', anna)).orderedItems).toEqual([])
    expect((await list(id, 'replies', cleo)).items).toEqual([])
    expect((await postTo(whole, dora, { type: 'Announce', object: id })).status).toBe(400)
  })
})

test('of what is for some, others find no list, and whoever may read it finds their own like', async () => {
  const { id } = await make({ to: [ben.uri, cleo.uri] })
  const like = await posted(whole, ben, { type: 'Like', object: id })
  const others = await personHere(whole.world, 'eve')
  for (const who of [undefined, others])
    for (const name of ['likes', 'shares', 'replies'])
      expect((await readAs(whole, `${id}/${name}`, who)).status).toBe(404)
  expect(await list(id, 'likes', anna)).toMatchObject({ orderedItems: [{ id: like.id }] })
  expect(await list(id, 'likes', ben)).toMatchObject({ orderedItems: [{ id: like.id }] })
  expect((await list(id, 'likes', cleo)).orderedItems).toEqual([])
  await posted(whole, anna, { type: 'Delete', object: id })
  expect((await readAs(whole, `${id}/likes`, ben)).status).toBe(404)
  expect(
    await whole.db.selectFrom('object_reaction').select('id').where('uri', '=', like.id).execute(),
  ).toEqual([])
})

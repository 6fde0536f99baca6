import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import type { Json, Person } from '../support/peer.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/** What is sent to somebody's own inbox and names nobody is for them: its sender took `bto` and `bcc` out of it. */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount
let cleo: LocalAccount
let carl: Person
const tokens = new Map<string, string>()

beforeAll(async () => {
  whole = await startWhole(['far.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
  cleo = await personHere(whole.world, 'cleo')
  carl = await whole.peer.person('carl', { host: 'far.test' })
  for (const who of [anna, ben, cleo]) tokens.set(who.id, await tokenFor(whole.world, who))
}, 60_000)
afterAll(() => whole?.[Symbol.asyncDispose]())
beforeEach(() => whole.clock.set(new Date()))

const asks = (who: LocalAccount) => ({
  headers: { ...bearing(tokens.get(who.id) ?? ''), accept: 'application/activity+json' },
})
async function inboxOf(who: LocalAccount): Promise<readonly (Json & { id: string; object: Json })[]> {
  const reply = await whole.ask(`/ap/actors/${who.id}/inbox?cursor=first`, asks(who))
  expect(reply.status).toBe(200)
  return (JSON.parse(reply.text) as { orderedItems: (Json & { id: string; object: Json })[] }).orderedItems
}
const has = async (who: LocalAccount, id: unknown) => (await inboxOf(who)).find((item) => item.id === id)
async function send(activity: Json, ...to: readonly LocalAccount[]): Promise<void> {
  for (const { id } of to) expect((await carl.post(whole.world.uris.inbox(id), activity)).status).toBe(202)
  await whole.settled()
}
const secret = (content: string, more: Json = {}) =>
  carl.create(carl.note(content, { to: [], cc: [], ...more }), { to: [], cc: [], ...more })
const noticesOf = (who: LocalAccount) =>
  whole.db.selectFrom('notification').select('kind').where('owner_id', '=', who.id).execute()

describe('a post that names nobody', () => {
  test('is in the inbox of whoever it was sent to, readable by them and by nobody else', async () => {
    const create = secret('for your eyes only')
    await send(create, anna)
    const item = await has(anna, create.id)
    expect(item?.object).toMatchObject({ content: expect.stringContaining('for your eyes only') })
    expect(JSON.stringify(item)).not.toContain(anna.uri)
    expect(await has(ben, create.id)).toBeUndefined()
    const proxied = async (who: LocalAccount) =>
      (
        await whole.ask(new URL(whole.world.uris.proxy).pathname, {
          method: 'POST',
          headers: { ...asks(who).headers, 'content-type': 'application/x-www-form-urlencoded' },
          body: `id=${encodeURIComponent(String(create.id))}`,
        })
      ).status
    expect(await proxied(anna)).toBe(200)
    const post = await whole.db
      .selectFrom('post')
      .select('id')
      .where('uri', '=', String((create.object as Json).id))
      .executeTakeFirstOrThrow()
    const status = async (who: LocalAccount) =>
      (await whole.ask(`/api/v1/statuses/${post.id}`, asks(who))).status
    expect([await status(anna), await status(ben)]).toEqual([200, 404])
    expect(await noticesOf(anna)).toEqual([{ kind: 'mention' }])
    expect(await noticesOf(ben)).toEqual([])
  })

  test('and was sent to several is in the inbox of each, at once or hours later, and names none of them to another', async () => {
    const create = secret('for three')
    await send(create, ben, cleo)
    await send(create, anna)
    for (const who of [anna, ben, cleo]) {
      const item = await has(who, create.id)
      expect(item, who.name).toBeDefined()
      for (const other of [anna, ben, cleo]) expect(JSON.stringify(item)).not.toContain(other.uri)
    }
    const before = (await noticesOf(ben)).length
    await send(create, ben)
    expect((await noticesOf(ben)).length).toBe(before)
    expect((await inboxOf(ben)).filter(({ id }) => id === create.id)).toHaveLength(1)
  })

  test('is liked or offered as little by name, and comes as well', async () => {
    const offer = carl.activity('Offer', { type: 'Object', name: 'a cake' }, { to: [], cc: [] })
    await send(offer, anna, ben)
    expect(await has(anna, offer.id)).toMatchObject({ type: 'Offer', object: { name: 'a cake' } })
    expect(await has(ben, offer.id)).not.toHaveProperty('bcc')
    expect(await has(cleo, offer.id)).toBeUndefined()
  })

  test('that names another is that, and still for whoever it was sent to', async () => {
    const named = secret('for Ben, and not only', { to: [ben.uri] })
    await send(named, anna)
    for (const who of [anna, ben]) expect(JSON.stringify(await has(who, named.id))).not.toContain(anna.uri)
    expect(await has(anna, named.id)).toMatchObject({ to: [ben.uri] })
  })

  test('is no more than a post to others where it is for everybody, or for followers, nor for one who blocks', async () => {
    const open = carl.create(carl.note('for all'))
    const ofFollowers = secret('for followers', { to: [`${carl.uri}/followers`] })
    for (const activity of [open, ofFollowers]) await send(activity, anna)
    await blockAccount(whole.world, cleo, (await whole.world.directory.findByUri(carl.uri)) ?? expect.fail())
    const unwanted = secret('for one who blocks')
    await send(unwanted, anna, cleo)
    expect(await has(anna, unwanted.id)).toBeDefined()
    expect(await has(cleo, unwanted.id)).toBeUndefined()
    for (const { id } of [open, ofFollowers]) expect(await has(anna, id)).toBeUndefined()
  })
})

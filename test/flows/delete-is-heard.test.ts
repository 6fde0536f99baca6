import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { editPost } from '../../src/domain/posts/edit.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { viewPost } from '../../src/views/posts.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { ORIGIN, personHere } from '../support/world.ts'

/*
 * S-089: an edit goes to old and new audience, a Delete to everyone who ever had the post.
 */

const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'
let whole: Whole
let anna: LocalAccount
const people: Record<string, Person> = {}
const names = [
  'left',
  'stays',
  'named',
  'boosts',
  'answers',
  'quotes',
  'likes',
  'fetches',
  'stranger',
] as const

beforeAll(async () => {
  whole = await startWhole(names.map((name) => `${name}.test`))
  anna = await personHere(whole.world, 'anna')
  for (const name of names) people[name] = await whole.peer.person(name, { host: `${name}.test` })
  for (const name of ['left', 'stays'] as const) await send(name, who(name).follow(anna.uri))
  // Known here, so that they can be named.
  for (const name of ['named', 'fetches'] as const) {
    const tag = [{ type: 'Mention', href: anna.uri, name: '@anna' }]
    await send(name, who(name).create(who(name).note('hello', { tag, cc: [anna.uri] })))
  }
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

const who = (name: (typeof names)[number]) => people[name] as Person
async function send(name: (typeof names)[number], activity: Record<string, unknown>): Promise<void> {
  expect((await who(name).post(`${ORIGIN}/ap/inbox`, activity)).status).toBe(202)
  await whole.settled()
}
const say = async (text: string, visibility: 'public' | 'followers' | 'direct') => {
  const id = await publishPost(whole.world, anna, { text, visibility })
  await whole.settled()
  return id
}
const uriOf = (id: PostId) => whole.world.uris.post(id)
/** Who has heard of the end of a post. */
async function heard(id: PostId): Promise<string[]> {
  await whole.settled()
  const told = (name: (typeof names)[number]) =>
    who(name).received.some(
      (activity) => activity.type === 'Delete' && (activity.object as { id?: string }).id === uriOf(id),
    )
  return names.filter(told)
}

describe('the Delete of a public post', () => {
  test('reaches who left, was named only once, boosted, answered, quoted or liked it, and nobody else', async () => {
    const id = await say('first to @named@named.test', 'public')
    const follow = who('left').received.find((activity) => activity.type === 'Accept')?.object
    await send('left', who('left').undo(follow as Record<string, unknown>))
    await send('boosts', who('boosts').activity('Announce', uriOf(id), { to: [PUBLIC] }))
    await send('likes', who('likes').activity('Like', uriOf(id)))
    await send('answers', who('answers').create(who('answers').note('yes', { inReplyTo: uriOf(id) })))
    const quoting = who('quotes').note('look at this', { quote: uriOf(id), quoteUrl: uriOf(id) })
    await send('quotes', who('quotes').create({ ...quoting, cc: [anna.uri] }, { cc: [anna.uri] }))
    await editPost(whole.world, anna, id, { text: 'named nobody' })
    await whole.settled()
    expect(who('named').received.map((activity) => activity.type)).toContain('Update')
    expect(who('boosts').received.map((activity) => activity.type)).toContain('Update')
    expect(await heard(id)).toEqual([])
    await removePost(whole.world, anna, id)
    expect((await heard(id)).toSorted()).toEqual(
      ['answers', 'boosts', 'left', 'likes', 'named', 'quotes', 'stays'].toSorted(),
    )
    // Nothing is remembered any longer than it is needed.
    expect(await whole.db.selectFrom('reach').select('subject').where('subject', '=', id).execute()).toEqual(
      [],
    )
  }, 60_000)
})

describe('a post for followers', () => {
  test('is edited for who may read it now, and deleted also where it was read once, or fetched', async () => {
    await send('left', who('left').follow(anna.uri))
    const id = await say('quietly @fetches@fetches.test', 'followers')
    const again = who('left').received.findLast((activity) => activity.type === 'Accept')?.object
    await send('left', who('left').undo(again as Record<string, unknown>))
    await editPost(whole.world, anna, id, { text: 'quietly, still' })
    await whole.settled()
    const updates = who('left').received.filter(
      (activity) => activity.type === 'Update' && (activity.object as { id?: string }).id === uriOf(id),
    )
    expect(updates).toEqual([])
    await removePost(whole.world, anna, id)
    expect((await heard(id)).toSorted()).toEqual(['fetches', 'left', 'stays'].toSorted())
  }, 60_000)

  test('that somebody fetched by their own hand, though nothing was sent to them, is deleted there, too', async () => {
    const id = await say('for the named alone', 'direct')
    const row = await whole.db
      .selectFrom('account')
      .select('id')
      .where('uri', '=', who('likes').uri)
      .executeTakeFirstOrThrow()
    // As after an edit that was lost: they may see it, and nothing was sent.
    await whole.db.insertInto('mention').values({ post_id: id, account_id: row.id }).execute()
    expect((await who('likes').get(uriOf(id))).status).toBe(200)
    await whole.db.deleteFrom('mention').where('post_id', '=', id).execute()
    expect((await who('stranger').get(uriOf(id))).status).toBe(404)
    await removePost(whole.world, anna, id)
    expect(await heard(id)).toEqual(['likes'])
  }, 60_000)
})

describe('from elsewhere', () => {
  test('S-044: a Delete that comes before its Create wins, and another’s Delete does nothing', async () => {
    const early = who('stays').note('too late')
    const note = { ...early, cc: [anna.uri], tag: [{ type: 'Mention', href: anna.uri, name: '@anna' }] }
    await send('stays', who('stays').delete(String(early.id)))
    await send('stays', who('stays').create(note))
    const kept = () =>
      whole.db.selectFrom('post').select('id').where('uri', '=', String(early.id)).executeTakeFirst()
    expect(await kept()).toBeUndefined()

    const other = who('stays').note('mine', { cc: [anna.uri], tag: note.tag })
    await send('stays', who('stays').create(other))
    await send('boosts', who('boosts').delete(String(other.id)))
    const row = await whole.db
      .selectFrom('post')
      .select('id')
      .where('uri', '=', String(other.id))
      .executeTakeFirstOrThrow()
    expect(await viewPost(whole.db, row.id, { accountId: anna.id })).toBeDefined()
    await send('stays', who('stays').delete(String(other.id)))
    expect(await viewPost(whole.db, row.id, { accountId: anna.id })).toBeUndefined()
  }, 60_000)
})

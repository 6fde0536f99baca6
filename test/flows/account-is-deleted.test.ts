import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { deleteAccount, forgetKeys } from '../../src/domain/accounts/delete.ts'
import { findAccountByUri } from '../../src/domain/accounts/find.ts'
import { registerAccount } from '../../src/domain/accounts/register.ts'
import { findSession, openSession } from '../../src/domain/accounts/session.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { findPostByUri } from '../../src/domain/posts/find.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import type { Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/* Federation table: Tombstone actor, 410; whole-account Delete, of accounts here and elsewhere. */

const ACTIVITY = 'application/activity+json'

let whole: Whole
let anna: LocalAccount
let carl: LocalAccount
let fay: Person
let stranger: Person
beforeAll(async () => {
  whole = await startWhole(['far.test', 'else.test'])
  anna = await personHere(whole.world, 'anna')
  carl = await personHere(whole.world, 'carl')
  fay = await whole.peer.person('fay', { host: 'far.test' })
  stranger = await whole.peer.person('stranger', { host: 'else.test' })
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const inboxOf = ({ id }: LocalAccount) => `https://weft.test/ap/actors/${id}/inbox`
const known = async (uri: string) =>
  (await findAccountByUri(whole.db, uri)) ?? expect.fail(`${uri} is not known`)
const count = async (
  table: 'post' | 'follow' | 'notification' | 'home_entry' | 'session' | 'login' | 'reaction',
) =>
  Number(
    (
      await whole.db
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<string>().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  )
const statOf = (id: LocalAccount['id']) =>
  whole.db
    .selectFrom('account_stat')
    .select(['followers', 'following'])
    .where('account_id', '=', id)
    .executeTakeFirst()

test('an account of ours goes with all that it said, and every server that we know hears of it', async () => {
  const { world } = whole
  for (const person of [fay, stranger]) await person.post(inboxOf(anna), person.activity('View', person.uri))
  await whole.settled()
  await fay.post(inboxOf(anna), fay.follow(anna.uri))
  await requestFollow(world, carl, anna)
  await requestFollow(world, anna, carl)
  const texts = Array.from({ length: 101 }, (_, n) => `word ${n}`)
  for (const text of texts) await publishPost(world, anna, { text, visibility: 'unlisted' })
  const said = await publishPost(world, anna, { text: 'the last word @carl', visibility: 'public' })
  const carls = await publishPost(world, carl, { text: 'of carl', visibility: 'public' })
  await publishPost(world, anna, { text: 'an answer', visibility: 'public', replyTo: carls })
  await likePost(world, anna, carls)
  await boostPost(world, anna, carls)
  await whole.settled()
  const token = await openSession(world, anna.id, undefined)
  expect(await findSession(world, token)).toBeDefined()

  await deleteAccount(world, anna)
  await whole.settled()

  expect(await findSession(world, token)).toBeUndefined()
  for (const person of [fay, stranger])
    expect(
      await person.receives((activity) => activity.type === 'Delete' && activity.object === anna.uri),
    ).toMatchObject({
      actor: anna.uri,
    })
  const actor = await whole.ask(`/ap/actors/${anna.id}`, { headers: { accept: ACTIVITY } })
  expect(actor.status).toBe(410)
  expect(JSON.parse(actor.text)).toMatchObject({ id: anna.uri, type: 'Tombstone' })
  const finger = await whole.ask('/.well-known/webfinger?resource=acct:anna@weft.test')
  expect(finger.status).toBe(410)
  expect((await whole.ask('/@anna', { headers: { accept: 'text/html' } })).status).toBe(410)
  const post = await whole.ask(`/ap/posts/${said}`, { headers: { accept: ACTIVITY } })
  expect(post.status).toBe(410)
  for (const list of ['outbox', 'followers', 'featured', 'tags'])
    expect((await whole.ask(`/ap/actors/${anna.id}/${list}`, { headers: { accept: ACTIVITY } })).status).toBe(
      410,
    )

  // One post is left, carl's, as if nobody had ever answered, liked or boosted it.
  expect(await count('post')).toBe(1)
  const stat = await whole.db
    .selectFrom('post_stat')
    .selectAll()
    .where('post_id', '=', carls)
    .executeTakeFirst()
  expect(stat).toMatchObject({ replies: 0, likes: 0, boosts: 0 })
  expect(await count('follow')).toBe(0)
  expect(await statOf(carl.id)).toEqual({ followers: 0, following: 0 })
  expect(
    await whole.db.selectFrom('notification').select('kind').where('from_account_id', '=', anna.id).execute(),
  ).toEqual([])
  expect(
    await whole.db.selectFrom('login').select('account_id').where('account_id', '=', anna.id).execute(),
  ).toEqual([])
  // Of all her posts none was deleted one by one.
  expect(fay.received.filter(({ type }) => type === 'Delete')).toHaveLength(1)
}, 120_000)

test('its name is never given out again, and its keys go when everyone has had time to hear', async () => {
  await expect(personHere(whole.world, 'Anna')).rejects.toMatchObject({ code: 'account.name-taken' })
  const keys = () =>
    whole.db.selectFrom('account_key').select('uri').where('account_id', '=', anna.id).execute()
  await forgetKeys(whole.world)
  expect(await keys()).not.toEqual([])
  whole.clock.advance(32 * 86_400_000)
  await forgetKeys(whole.world)
  expect(await keys()).toEqual([])
})

test('the owner cannot be deleted: the link that makes one would open again', async () => {
  const owner = await registerAccount(whole.world, { name: 'boss', role: 'owner' })
  await expect(deleteAccount(whole.world, owner)).rejects.toMatchObject({ code: 'account.owner-stays' })
  expect(await findAccountByUri(whole.db, owner.uri)).toBeDefined()
})

test('an account elsewhere goes once its home says so: posts, boosts, likes, follows and notifications with it', async () => {
  const { world } = whole
  await requestFollow(world, carl, await known(fay.uri))
  await fay.post(
    inboxOf(carl),
    fay.accept(await fay.receives((a) => a.type === 'Follow' && a.actor === carl.uri)),
  )
  await fay.post(inboxOf(carl), fay.follow(carl.uri))
  const mine = await publishPost(world, carl, { text: 'mine', visibility: 'public' })
  const uri = world.uris.post(mine)
  const notes = Array.from({ length: 101 }, (_, n) => fay.note(`note ${n}`))
  for (const note of notes) await fay.post(inboxOf(carl), fay.create(note))
  await fay.post(inboxOf(carl), fay.create(fay.note('an answer', { inReplyTo: uri })))
  await fay.post(inboxOf(carl), fay.activity('Like', uri))
  await fay.post(
    inboxOf(carl),
    fay.activity('Announce', uri, { to: ['https://www.w3.org/ns/activitystreams#Public'] }),
  )
  await whole.settled()
  const stat = () =>
    whole.db.selectFrom('post_stat').selectAll().where('post_id', '=', mine).executeTakeFirst()
  expect(await stat()).toMatchObject({ replies: 1, likes: 1, boosts: 1 })
  expect(await count('post')).toBeGreaterThan(101)

  const goodbye = fay.delete(fay.uri)
  await fay.post(inboxOf(carl), goodbye)
  await whole.settled()
  expect(await findPostByUri(whole.db, String(notes[0]?.id))).toBeDefined()

  whole.peer.answer(fay.uri, { status: 410, body: { id: fay.uri, type: 'Tombstone' } })
  whole.clock.advance(61_000)
  await fay.post(inboxOf(carl), fay.delete(fay.uri))
  await whole.settled()
  expect(await findAccountByUri(whole.db, fay.uri)).toBeUndefined()
  expect(await stat()).toMatchObject({ replies: 0, likes: 0, boosts: 0 })
  const left = await whole.db.selectFrom('post').select('local').execute()
  expect(left.every(({ local }) => local)).toBe(true)
  expect(await count('follow')).toBe(0)
  expect(await count('home_entry')).toBe(left.length)
  expect(await count('reaction')).toBe(0)
}, 120_000)

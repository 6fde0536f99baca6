import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { PostId } from '../../../../src/base/ids.ts'
import { Transient } from '../../../../src/base/transient.ts'
import { PUBLIC } from '../../../../src/base/uris.ts'
import type { Account } from '../../../../src/domain/accounts/account.ts'
import { findPostByUri } from '../../../../src/domain/posts/find.ts'
import { publishPost } from '../../../../src/domain/posts/publish.ts'
import { receivePosts } from '../../../../src/domain/posts/receive.ts'
import { inboxHandler } from '../../../../src/faces/activitypub/inbox/process.ts'
import { quoteHandler } from '../../../../src/faces/activitypub/inbox/verify-quote.ts'
import { incomingFrom } from '../../../../src/translate/from-activity/note.ts'
import type { JsonObject } from '../../../../src/translate/json.ts'
import { viewPost } from '../../../../src/views/posts.ts'
import { testDatabase } from '../../../support/database.ts'
import { incomingBy } from '../../../support/incoming.ts'
import { personElsewhere, personHere, testWorld } from '../../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const { db } = world
const anna = await personHere(world, 'anna')
const carl = await personElsewhere(world, 'carl')
const quotee = await personElsewhere(world, 'quotee', 'quoted.test')

/** What other servers have, by address; `gone` is a Tombstone or 410, and what is missing cannot be believed. */
const far = new Map<string, JsonObject | 'gone' | Error>()
const asked: string[] = []
const asking = {
  async post(uri: string) {
    asked.push(uri)
    const found = far.get(uri)
    if (found instanceof Error) throw found
    return found
  },
}
const verify = quoteHandler(world, asking, () => undefined)
const take = inboxHandler(world, () => undefined)
const signal = new AbortController().signal
let n = 0
beforeEach(() => {
  far.clear()
  asked.length = 0
})

async function quoted(more: JsonObject = {}): Promise<string> {
  const incoming = incomingBy(quotee, { contentHtml: '<p>secret of the quoted</p>' })
  await receivePosts(world, [{ incoming: { ...incoming, ...more }, author: quotee, wanted: true }])
  return incoming.uri
}
const noteBy = (by: Account, more: JsonObject): JsonObject & { readonly id: string } => ({
  id: `${by.uri}/notes/${++n}`,
  type: 'Note',
  attributedTo: by.uri,
  content: '<p class="quote-inline">RE: x</p><p>look</p>',
  published: world.clock.now().toISOString(),
  to: [PUBLIC],
  ...more,
})
async function receive(note: JsonObject): Promise<PostId> {
  const incoming = incomingFrom(note, world.clock.now())
  await receivePosts(world, [{ incoming, author: carl, wanted: true }])
  return (await findPostByUri(db, incoming.uri))?.id ?? ('0' as PostId)
}
/** Does the jobs that came of it. */
async function work(): Promise<number> {
  const jobs = await db.deleteFrom('job').where('kind', '=', 'quote').returning('payload').execute()
  for (const { payload } of jobs) await verify(JSON.parse(String(payload)), signal, async () => undefined)
  return jobs.length
}
const quoteOf = async (id: PostId) => (await viewPost(db, id, { accountId: anna.id }))?.quote
const stamp = (uri: string, quoting: string, target: string, more: JsonObject = {}): JsonObject => ({
  id: uri,
  type: 'QuoteAuthorization',
  attributedTo: quotee.uri,
  interactingObject: quoting,
  interactionTarget: target,
  ...more,
})
const STAMP = `${quotee.uri}/stamps/1`

describe('S-054: a quote between others', () => {
  test('with a stamp of the quoted author is shown', async () => {
    const target = await quoted()
    const note = noteBy(carl, { quote: target, quoteAuthorization: STAMP })
    far.set(STAMP, stamp(STAMP, note.id, target))
    const id = await receive(note)
    expect(await quoteOf(id)).toMatchObject({ state: 'pending', post: null })
    expect(await work()).toBe(1)
    const quote = await quoteOf(id)
    expect(quote).toMatchObject({ state: 'accepted', stampUri: STAMP })
    expect(quote?.post?.contentHtml).toContain('secret of the quoted')
    expect((await viewPost(db, id, undefined))?.contentHtml).toBe('<p>look</p>')
  })

  test.each<[string, (note: string, target: string) => JsonObject | 'gone' | undefined]>([
    ['that is not to be had', () => undefined],
    ['that is gone', () => 'gone'],
    ['of another type', (note, target) => stamp(STAMP, note, target, { type: 'LikeAuthorization' })],
    ['with another id', (note, target) => stamp(`${STAMP}0`, note, target)],
    ['by another', (note, target) => stamp(STAMP, note, target, { attributedTo: `${quotee.uri}2` })],
    ['by nobody', (note, target) => stamp(STAMP, note, target, { attributedTo: null })],
    ['for another quote', (note, target) => stamp(STAMP, `${note}0`, target)],
    ['of another post', (note, target) => stamp(STAMP, note, `${target}0`)],
  ])('with a stamp %s shows a link and nothing of the post', async (_, made) => {
    const target = await quoted()
    const note = noteBy(carl, { quote: target, quoteAuthorization: STAMP })
    const answer = made(note.id, target)
    if (answer !== undefined) far.set(STAMP, answer)
    const id = await receive(note)
    await work()
    expect(await quoteOf(id)).toMatchObject({ state: 'rejected', post: null, uri: target })
  })

  test('with a stamp on another server than the quoted author’s is not even looked at', async () => {
    const target = await quoted()
    const forged = `${carl.uri}/stamps/1`
    const note = noteBy(carl, { quote: target, quoteAuthorization: forged })
    far.set(forged, stamp(forged, note.id, target))
    const id = await receive(note)
    await work()
    expect(await quoteOf(id)).toMatchObject({ state: 'rejected', post: null })
    expect(asked).not.toContain(forged)
  })

  test('without a stamp waits for one, which an Update brings that is no edit', async () => {
    const target = await quoted()
    const note = noteBy(carl, { quote: target })
    const id = await receive(note)
    expect(await work()).toBe(0)
    expect(await quoteOf(id)).toMatchObject({ state: 'pending', post: null })
    far.set(STAMP, stamp(STAMP, note.id, target))
    await send({ ...note, quoteAuthorization: STAMP })
    await work()
    const view = await viewPost(db, id, undefined)
    expect(view?.quote?.state).toBe('accepted')
    expect(view?.editedAt).toBeNull()
    // And one without it takes it back again.
    await send(note)
    expect(await quoteOf(id)).toMatchObject({ state: 'pending', post: null })
  })

  test('loses it when the quoted author deletes the stamp, and only then', async () => {
    const target = await quoted()
    const note = noteBy(carl, { quote: target, quoteAuthorization: STAMP })
    far.set(STAMP, stamp(STAMP, note.id, target))
    const id = await receive(note)
    await work()
    const somebody = await personElsewhere(world, 'somebody', 'quoted.test')
    await deleteStamp(somebody)
    expect((await quoteOf(id))?.state).toBe('accepted')
    await deleteStamp(quotee)
    expect(await quoteOf(id)).toMatchObject({ state: 'revoked', post: null })
  })

  test('of a post that is not known here is fetched, once there is a stamp for it', async () => {
    const target = `${quotee.uri}/posts/unknown`
    const note = noteBy(carl, { quote: target, quoteAuthorization: STAMP })
    far.set(target, { ...noteBy(quotee, {}), id: target, content: '<p>fetched</p>' })
    far.set(STAMP, stamp(STAMP, note.id, target))
    const id = await receive(note)
    await work()
    expect((await quoteOf(id))?.post?.contentHtml).toBe('<p>fetched</p>')
  })

  test('of a post that is gone says so', async () => {
    const target = `${quotee.uri}/posts/gone`
    far.set(target, 'gone')
    const id = await receive(noteBy(carl, { quote: target, quoteAuthorization: STAMP }))
    await work()
    expect(await quoteOf(id)).toMatchObject({ state: 'gone', post: null })
  })

  test('stays undecided as long as the server cannot be reached', async () => {
    const target = await quoted()
    far.set(STAMP, new Transient('away'))
    const id = await receive(noteBy(carl, { quote: target, quoteAuthorization: STAMP }))
    await expect(work()).rejects.toThrow(Transient)
    expect((await quoteOf(id))?.state).toBe('pending')
  })

  test('is not shown to whoever may not see the quoted post', async () => {
    const target = await quoted({ visibility: 'followers' })
    const note = noteBy(carl, { quote: target, quoteAuthorization: STAMP })
    far.set(STAMP, stamp(STAMP, note.id, target))
    const id = await receive(note)
    await work()
    expect(await quoteOf(id)).toMatchObject({ state: 'accepted', post: null })
  })
})

describe('a quote in an older form', () => {
  test('of somebody else’s post, whose author was not asked, is a link', async () => {
    const target = await quoted()
    const id = await receive(noteBy(carl, { quoteUrl: target, _misskey_quote: target }))
    expect(await work()).toBe(0)
    expect(await quoteOf(id)).toMatchObject({ state: 'unstated', post: null, uri: target })
    expect(asked).toEqual([])
  })

  test('of one’s own post needs nobody’s leave, wherever the post is found', async () => {
    const own = incomingBy(carl, { contentHtml: '<p>mine</p>' })
    await receivePosts(world, [{ incoming: own, author: carl, wanted: true }])
    const known = await receive(noteBy(carl, { quoteUri: own.uri }))
    expect((await quoteOf(known))?.post?.contentHtml).toBe('<p>mine</p>')

    const unknown = `${carl.uri}/posts/earlier`
    far.set(unknown, { ...noteBy(carl, {}), id: unknown, content: '<p>earlier</p>' })
    const id = await receive(noteBy(carl, { quoteUri: unknown }))
    await work()
    expect((await quoteOf(id))?.post?.contentHtml).toBe('<p>earlier</p>')
  })

  test('whose post comes later by other ways is joined to it', async () => {
    const later = incomingBy(carl, { uri: `${carl.uri}/posts/late` })
    const id = await receive(noteBy(carl, { quoteUri: later.uri }))
    await receivePosts(world, [{ incoming: later, author: carl, wanted: true }])
    expect((await quoteOf(id))?.state).toBe('accepted')
  })
})

test('a post that no longer quotes, or quotes another, lets go of the former', async () => {
  const mine = await publishPost(world, anna, { text: 'one', visibility: 'public' })
  const other = await publishPost(world, anna, { text: 'two', visibility: 'public' })
  const note = noteBy(carl, { quoteUrl: world.uris.post(mine) })
  const id = await receive(note)
  const quotes = async (post: PostId) => (await viewPost(db, post, undefined))?.counts.quotes
  expect([await quotes(mine), await quotes(other)]).toEqual([1, 0])
  await send({ ...note, quoteUrl: world.uris.post(other) })
  expect([await quotes(mine), await quotes(other)]).toEqual([0, 1])
  const { quoteUrl: _quote, ...without } = note
  await send({ ...without, content: '<p>none</p>' })
  expect(await quoteOf(id)).toBeNull()
  expect([await quotes(mine), await quotes(other)]).toEqual([0, 0])
})

function item(body: JsonObject) {
  const id = String(++n)
  return {
    id,
    lane: 1,
    kind: 'inbox',
    body: JSON.stringify(body),
    attempts: 0,
    receivedAt: world.clock.now(),
  }
}

async function send(note: JsonObject): Promise<void> {
  const update = {
    id: `${carl.uri}/updates/${++n}`,
    type: 'Update',
    actor: carl.uri,
    object: note,
    to: [PUBLIC],
  }
  await take([item(update)], signal)
}

async function deleteStamp(by: Account): Promise<void> {
  const object = { id: STAMP, type: 'QuoteAuthorization' }
  await take([item({ id: `${by.uri}/deletes/${++n}`, type: 'Delete', actor: by.uri, object })], signal)
}

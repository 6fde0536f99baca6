import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSession } from '../../src/domain/accounts/session.ts'
import { mayAskAgain } from '../../src/domain/crawls/rules.ts'
import { wantThread } from '../../src/domain/crawls/want.ts'
import { acceptFollow } from '../../src/domain/follows/answer.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { findPostByUri } from '../../src/domain/posts/find.ts'
import { keepFound } from '../../src/domain/posts/found.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { incomingFrom } from '../../src/translate/from-activity/note.ts'
import { viewThread } from '../../src/views/threads.ts'
import type { Json, Person } from '../support/peer.ts'
import { PUBLIC_ADDRESS } from '../support/remote.ts'
import { eventually } from '../support/weft.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personElsewhere, personHere } from '../support/world.ts'

/*
 * What others say to a post reaches only the servers that they know of. Whoever looks at a thread here gets all of it,
 * asked for at the servers that have it, within budgets.
 */

const HOSTS = ['one.test', 'two.test', 'three.test', 'four.test']
const LONG_AGO = '2026-01-01T10:00:00Z'
let whole: Whole
let anna: Person
let ben: Person
let cleo: Person
beforeAll(async () => {
  whole = await startWhole(HOSTS)
  ;[anna, ben, cleo] = await Promise.all([
    whole.peer.person('anna', { host: 'one.test' }),
    whole.peer.person('ben', { host: 'two.test' }),
    whole.peer.person('cleo', { host: 'three.test' }),
  ])
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

const old = { published: LONG_AGO }
const idOf = (note: Json) => String(note.id)

/** A note is known here, because somebody sent it. */
async function knows(person: Person, note: Json): Promise<void> {
  const author = await personElsewhere(whole.world, person.name, new URL(person.uri).host)
  await keepFound(whole.world, [{ author, incoming: incomingFrom(note as never, whole.clock.now()) }])
  await whole.db.deleteFrom('post_origin').execute()
}

/** Somebody here looks at it, and all that follows is done. */
async function look(note: Json, options = { insist: true }): Promise<string> {
  const post = await findPostByUri(whole.db, idOf(note))
  if (!post) throw new Error(`${note.id} is not known`)
  const wanted = await wantThread(whole.world, post.id, undefined, options)
  await whole.settled()
  return wanted
}

/** The thread around a note, as anybody may see it: ids, with what each answers. */
async function threadOf(note: Json): Promise<string[]> {
  const post = await findPostByUri(whole.db, idOf(note))
  const thread = post && (await viewThread(whole.db, post.id, undefined))
  if (!thread) throw new Error(`${note.id} is not known`)
  return [...thread.ancestors, thread.post, ...thread.replies].map((each) => each.uri)
}

const listing = (id: string, items: readonly unknown[], more: Json = {}): Json => ({
  id,
  type: 'Collection',
  totalItems: items.length,
  first: { type: 'CollectionPage', partOf: id, items, ...more },
})

/** Requests that reached a host for documents of posts and lists, not of people. */
const asked = (host: string) =>
  whole.peer.requests.filter((each) => each.host === host && /notes|replies|pages|context/.test(each.path))

describe('a thread from elsewhere', () => {
  test('is whole after somebody looked: up to its root, and every answer to every answer', async () => {
    const root = anna.note('the root', old)
    const middle = ben.note('an answer', { ...old, inReplyTo: root.id })
    const leaf = cleo.note('an answer to it', { ...old, inReplyTo: middle.id })
    const other = cleo.note('another answer', { ...old, inReplyTo: root.id })
    root.replies = listing(`${root.id}/replies`, [middle.id, other.id])
    middle.replies = listing(`${middle.id}/replies`, [leaf.id])
    await knows(ben, middle)

    expect(await look(middle)).toBe('begun')
    expect(new Set(await threadOf(root))).toEqual(new Set([root.id, middle.id, leaf.id, other.id]))
    expect(await threadOf(leaf)).toEqual([root.id, middle.id, leaf.id])
  })

  test('goes up through what nobody here ever saw, parents before what answers them', async () => {
    const chain: Json[] = []
    for (let depth = 0; depth < 8; depth++) {
      const who = [anna, ben, cleo][depth % 3] as Person
      const above = chain.at(-1)
      chain.push(who.note(`step ${depth}`, { ...old, ...(above && { inReplyTo: above.id }) }))
    }
    const last = chain.at(-1) as Json
    await knows(ben, last)
    await look(last)
    expect(await threadOf(last)).toEqual(chain.map(idOf))
  })

  test('is read from the list of its conversation, too, where the server of its root keeps one', async () => {
    const root = anna.note('with a list', old)
    const context = `${anna.uri}/context/1`
    root.context = context
    const hidden = ben.note('in the list alone', { ...old, inReplyTo: root.id, context })
    const below = cleo.note('below it, in the list alone', { ...old, inReplyTo: hidden.id, context })
    whole.peer.serve(context, listing(context, [root.id, below.id, hidden.id]))
    await knows(anna, root)
    await look(root)
    expect(await threadOf(root)).toEqual([root.id, hidden.id, below.id])
  })

  test('reads lists page by page, inline or not, whole posts or ids', async () => {
    const root = anna.note('with pages', old)
    const list = `${anna.uri}/pages/${Date.now()}`
    const answers = Array.from({ length: 9 }, (_, n) =>
      (n % 2 ? ben : anna).note(`answer ${n}`, { ...old, inReplyTo: root.id }),
    )
    root.replies = list
    whole.peer.serve(list, { id: list, type: 'Collection', totalItems: 9, first: `${list}?page=1` })
    for (const page of [1, 2, 3]) {
      const items = answers.slice(3 * page - 3, 3 * page).map((each) => (page === 2 ? each : each.id))
      whole.peer.serve(`${list}?page=${page}`, {
        id: `${list}?page=${page}`,
        type: 'CollectionPage',
        partOf: list,
        items,
        ...(page < 3 && { next: `${list}?page=${page + 1}` }),
      })
    }
    await knows(anna, root)
    await look(root)
    expect(new Set(await threadOf(root))).toEqual(new Set([root, ...answers].map(idOf)))
    // What stood whole on a page of its own server was not asked for again; what did not stand at home was.
    const whole2 = answers.slice(3, 6)
    expect(whole2.map((each) => whole.peer.hits(idOf(each)))).toEqual([1, 0, 1])
  })
})

describe('what is found by looking', () => {
  test('enters no home and is told of only if it is fresh and names somebody here', async () => {
    const reader = await personHere(whole.world, 'reader')
    const author = await personElsewhere(whole.world, 'ben', 'two.test')
    await requestFollow(whole.world, reader, author)
    await acceptFollow(whole.world, { followerId: reader.id, followedId: author.id })
    await whole.settled()
    const names = { tag: [{ type: 'Mention', href: reader.uri, name: '@reader@weft.test' }] }
    const to = { to: ['https://www.w3.org/ns/activitystreams#Public'], cc: [reader.uri] }
    const root = anna.note('named below', old)
    const fresh = ben.note('a fresh one for @reader', { inReplyTo: root.id, ...names, ...to })
    const stale = ben.note('a stale one for @reader', { ...old, inReplyTo: root.id, ...names, ...to })
    root.replies = listing(`${root.id}/replies`, [fresh.id, stale.id])
    await knows(anna, root)
    await look(root)
    expect(await threadOf(root)).toHaveLength(3)
    const told = await whole.db
      .selectFrom('notification')
      .innerJoin('post', 'post.id', 'notification.post_id')
      .select('post.uri')
      .where('owner_id', '=', reader.id)
      .execute()
    expect(told.map((row) => row.uri)).toEqual([fresh.id])
    const home = await whole.db
      .selectFrom('home_entry')
      .innerJoin('post', 'post.id', 'home_entry.post_id')
      .select('post.uri')
      .where('owner_id', '=', reader.id)
      .execute()
    expect(home.map((row) => row.uri)).not.toContain(fresh.id)
    expect(home.map((row) => row.uri)).not.toContain(stale.id)
  })

  test('says how many more its own server has', async () => {
    const root = anna.note('counted', { ...old, likes: { type: 'Collection', totalItems: 41 } })
    root.shares = { id: `${root.id}/shares`, type: 'Collection', totalItems: 12 }
    root.replies = { ...listing(`${root.id}/replies`, []), totalItems: 7 }
    await knows(anna, root)
    await look(root)
    const post = await findPostByUri(whole.db, idOf(root))
    const thread = post && (await viewThread(whole.db, post.id, undefined))
    expect(thread?.moreAtOrigin).toBe(7)
    expect(thread?.post.remoteCounts).toEqual({ replies: 7, likes: 41, boosts: 12 })
  })
})

describe('S-071: who looks and looks again', () => {
  test('is somebody from here: strangers and robots who read a thread make us ask nobody', async () => {
    const writer = await personHere(whole.world, 'writer')
    const id = await publishPost(whole.world, writer, { text: 'read by everybody', visibility: 'public' })
    const answer = ben.note('answered', { ...old, inReplyTo: whole.world.uris.post(id) })
    await knows(ben, answer)
    const page = `/@writer/${id}`
    const before = whole.peer.requests.length
    for (const accept of ['text/html', 'application/activity+json'])
      expect((await whole.ask(page, { headers: { accept } })).status).toBe(200)
    await whole.settled()
    expect(whole.peer.requests.length).toBe(before)
    const cookie = `__Host-weft=${await openSession(whole.world, writer.id, undefined)}`
    expect((await whole.ask(page, { headers: { accept: 'text/html', cookie } })).status).toBe(200)
    await whole.settled()
    expect(whole.peer.hits(idOf(answer))).toBe(1)
  })

  test('causes no request within a quarter of an hour, nor for what was said a moment ago', async () => {
    const root = anna.note('looked at twice', old)
    await knows(anna, root)
    expect(await look(root, { insist: false })).toBe('begun')
    const before = whole.peer.hits(idOf(root))
    expect(before).toBe(1)
    const young = anna.note('just said')
    await knows(anna, young)
    expect(await look(young, { insist: false })).toBe('rested')
    expect(await look(root, { insist: false })).toBe('rested')
    whole.clock.advance(14 * 60_000)
    expect(await look(root, { insist: false })).toBe('rested')
    expect(whole.peer.hits(idOf(root))).toBe(before)
    expect(whole.peer.hits(idOf(young))).toBe(0)
  })

  test('asks the more seldom the older a post is', () => {
    const now = new Date('2026-06-01T00:00:00Z')
    const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000)
    expect(mayAskAgain(ago(0.05), null, now)).toBe(false)
    expect(mayAskAgain(ago(1), ago(0.2), now)).toBe(false)
    expect(mayAskAgain(ago(1), ago(0.3), now)).toBe(true)
    expect(mayAskAgain(ago(80), ago(9), now)).toBe(false)
    expect(mayAskAgain(ago(80), ago(10), now)).toBe(true)
    expect(mayAskAgain(ago(24 * 3650), ago(24 * 6), now)).toBe(false)
    expect(mayAskAgain(ago(24 * 3650), ago(24 * 7), now)).toBe(true)
  })
})

describe('S-070, S-071: a server that lies', () => {
  test('puts nothing into a thread that does not answer it, and is soon not believed any more', async () => {
    const root = anna.note('full of lies', old)
    const foreign = Array.from({ length: 40 }, (_, n) => ben.note(`nothing to do with it ${n}`, old))
    root.replies = listing(`${root.id}/replies`, foreign.map(idOf))
    await knows(anna, root)
    const before = asked('two.test').length
    await look(root)
    expect(await threadOf(root)).toEqual([root.id])
    const known = await Promise.all(foreign.map((each) => findPostByUri(whole.db, idOf(each))))
    expect(known.filter(Boolean)).toEqual([])
    // Ten in vain, and those that were under way by then.
    expect(asked('two.test').length - before).toBeLessThanOrEqual(14)
  })

  test('cannot speak for another server by showing what that one is to have said', async () => {
    const root = anna.note('with forged answers', old)
    const forged = {
      id: `${ben.uri}/notes/forged`,
      type: 'Note',
      attributedTo: ben.uri,
      content: '<p>never said</p>',
      inReplyTo: root.id,
      ...old,
    }
    const misplaced = { ...forged, id: `${anna.uri}/notes/misplaced` }
    root.replies = listing(`${root.id}/replies`, [forged, misplaced])
    await knows(anna, root)
    await look(root)
    expect(await threadOf(root)).toEqual([root.id])
  })

  test('leads round in circles no longer than once', async () => {
    const one = anna.note('one', old)
    const two = ben.note('two', { ...old, inReplyTo: one.id })
    one.inReplyTo = two.id
    one.replies = listing(`${one.id}/replies`, [two.id, one.id, two.id])
    two.replies = listing(`${two.id}/replies`, [one.id], { next: `${two.id}/pages` })
    whole.peer.serve(`${two.id}/pages`, {
      id: `${two.id}/pages`,
      type: 'CollectionPage',
      items: [one.id],
      next: `${two.id}/pages`,
    })
    await knows(anna, one)
    await look(one)
    expect([one, two].map((each) => whole.peer.hits(idOf(each)))).toEqual([1, 1])
    expect(whole.peer.hits(`${two.id}/pages`)).toBe(1)
  })

  test('can keep nobody busy with pages without end, nor with a million answers', async () => {
    const root = anna.note('endless', old)
    const list = `${anna.uri}/pages/endless`
    whole.peer.answer(list, { body: { id: list, type: 'Collection', first: `${list}?n=1` } })
    for (let n = 1; n < 150; n++) {
      whole.peer.answer(`${list}?n=${n}`, {
        body: { type: 'CollectionPage', items: [], next: `${list}?n=${n + 1}` },
      })
    }
    root.replies = list
    const other = ben.note('too many', old)
    other.replies = listing(
      `${other.id}/replies`,
      Array.from({ length: 4000 }, (_, n) => `https://four.test/notes/${n}`),
    )
    await knows(anna, root)
    await knows(ben, other)
    await look(root)
    await look(other)
    expect(whole.peer.requests.filter((each) => each.path.includes('endless'))).toHaveLength(3)
    expect(asked('four.test').length).toBeLessThanOrEqual(14)
  })

  test('makes up no names by which it is asked the more', async () => {
    const root = anna.note('names without end', old)
    const names = Array.from({ length: 60 }, (_, n) => `h${n}.minted.test`)
    for (const name of names) whole.peer.resolvesTo(name, [PUBLIC_ADDRESS])
    root.replies = listing(
      `${root.id}/replies`,
      names.map((name) => `https://${name}/notes/1`),
    )
    await knows(anna, root)
    await look(root)
    const reached = new Set(
      whole.peer.requests.map((each) => each.host).filter((host) => host.endsWith('.minted.test')),
    )
    expect(reached.size).toBe(10)
  })

  test('gets nothing private kept', async () => {
    const root = anna.note('with a private answer', old)
    const hidden = ben.note('for followers', { ...old, inReplyTo: root.id, to: [ben.followers], cc: [] })
    root.replies = listing(`${root.id}/replies`, [hidden.id])
    await knows(anna, root)
    await look(root)
    expect(await findPostByUri(whole.db, idOf(hidden))).toBeUndefined()
  })
})

describe('a server that is slow or wants to be left alone', () => {
  test('is asked again after as long as it said, from where we were, and for nothing twice', async () => {
    const root = anna.note('from a busy server', old)
    const answers = Array.from({ length: 12 }, (_, n) =>
      cleo.note(`busy ${n}`, { ...old, inReplyTo: root.id }),
    )
    let busy = true
    const served = new Set<string>()
    for (const answer of answers) {
      whole.peer.answer(idOf(answer), () => {
        if (busy && served.size >= 3) return { status: 429, headers: { 'retry-after': '3' } }
        served.add(idOf(answer))
        return { body: answer }
      })
    }
    root.replies = listing(`${root.id}/replies`, answers.map(idOf))
    await knows(anna, root)
    await look(root)
    const partly = (await threadOf(root)).length
    expect(partly).toBeGreaterThan(1)
    expect(partly).toBeLessThan(9)
    const queue = () =>
      whole.db
        .selectFrom('errand_queue')
        .innerJoin('host', 'host.id', 'errand_queue.host_id')
        .select(['due_at', 'owner'])
        .where('host.name', '=', 'three.test')
        .executeTakeFirstOrThrow()
    expect((await queue()).due_at?.getTime()).toBeGreaterThan(Date.now() + 1000)
    const before = asked('three.test').length
    await whole.settled()
    expect(asked('three.test').length).toBe(before)
    busy = false
    await eventually(async () => expect(await threadOf(root)).toHaveLength(13))
    const taken = answers.map(
      (each) => whole.peer.requests.filter((request) => request.url === each.id).length,
    )
    // Whatever was given was asked for once; what was refused, once more.
    expect(taken.every((times) => times <= 2)).toBe(true)
    for (const uri of served) expect(await findPostByUri(whole.db, uri)).toBeDefined()
  })
})

test('nothing of all this was an error of ours', () => {
  expect(whole.errors).toEqual([])
})

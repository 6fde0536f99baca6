import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSession } from '../../src/domain/accounts/session.ts'
import { wantProfile, wantThread } from '../../src/domain/crawls/want.ts'
import { acceptFollow } from '../../src/domain/follows/answer.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { findPostByUri } from '../../src/domain/posts/find.ts'
import { noteOrigin } from '../../src/domain/posts/found.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { viewAccount } from '../../src/views/accounts.ts'
import { shownAccountCounts, shownCounts } from '../../src/views/counts.ts'
import { viewPost } from '../../src/views/posts.ts'
import type { PostView } from '../../src/views/view.ts'
import type { Json, Person } from '../support/peer.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personElsewhere, personHere } from '../support/world.ts'

/*
 * What is counted here is what reached us. The server of a post knows more, and says so: its numbers are shown where
 * they are larger, as its own, and never mixed with ours.
 */

let whole: Whole
let anna: Person
beforeAll(async () => {
  whole = await startWhole(['one.test'])
  anna = await whole.peer.person('anna', { host: 'one.test' })
  const reader = await personHere(whole.world, 'reader')
  const account = await personElsewhere(whole.world, 'anna', 'one.test', { keys: keysOf(anna) })
  await requestFollow(whole.world, reader, account)
  await acceptFollow(whole.world, { followerId: reader.id, followedId: account.id })
  await whole.settled()
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

const keysOf = (person: Person) => [
  { uri: person.keys.rsa.uri, kind: 'rsa' as const, publicKey: person.keys.rsa.publicPem },
]
const inbox = 'https://weft.test/ap/inbox'
const total = (of: Json, name: string, totalItems: unknown) => ({
  id: `${of.id}/${name}`,
  type: 'Collection',
  totalItems,
})

async function seen(note: Json): Promise<PostView> {
  const post = await findPostByUri(whole.db, String(note.id))
  const view = post && (await viewPost(whole.db, post.id, undefined))
  if (!view) throw new Error(`${note.id} is not known`)
  return view
}

async function hears(activity: Json): Promise<void> {
  expect((await anna.post(inbox, activity)).status).toBe(202)
  await whole.settled()
}

describe('the numbers of a post from elsewhere', () => {
  test('are its own server’s where they are larger, and marked as such', async () => {
    const note = anna.note('counted')
    await hears(anna.create(note))
    expect(shownCounts(await seen(note)).likes).toEqual({ count: 0, theirs: false })

    Object.assign(note, {
      likes: total(note, 'likes', 1234),
      shares: total(note, 'shares', 56),
      replies: total(note, 'replies', 7),
    })
    await hears(anna.update(note))
    const view = await seen(note)
    expect(view.counts).toMatchObject({ replies: 0, likes: 0, boosts: 0 })
    expect(shownCounts(view)).toEqual({
      likes: { count: 1234, theirs: true },
      boosts: { count: 56, theirs: true },
      replies: { count: 7, theirs: true },
    })
    expect(view.editedAt).toBeNull()
  })

  test('are read anew when somebody looks', async () => {
    const note = anna.note('looked at', { published: '2026-01-01T00:00:00Z' })
    note.likes = total(note, 'likes', 3)
    await hears(anna.create(note))
    expect((await seen(note)).remoteCounts).toBeNull()
    const { id } = await seen(note)
    await wantThread(whole.world, id, undefined)
    await whole.settled()
    expect((await seen(note)).remoteCounts?.likes).toBe(3)
    note.likes = total(note, 'likes', 2)
    await wantThread(whole.world, id, undefined, { insist: true })
    await whole.settled()
    expect((await seen(note)).remoteCounts?.likes).toBe(2)
  })

  test('that are none are not believed, and cost nothing else of it', async () => {
    for (const odd of [-1, 1.5, '12', null, {}, 1e300, Number.MAX_SAFE_INTEGER + 2]) {
      const note = anna.note('oddly counted', { likes: { type: 'Collection', totalItems: odd } })
      await hears(anna.create(note))
      await hears(anna.update(note))
      expect(shownCounts(await seen(note)).likes.count).toBe(0)
    }
    const huge = anna.note('hugely counted')
    await hears(anna.create(huge))
    huge.likes = total(huge, 'likes', Number.MAX_SAFE_INTEGER)
    await hears(anna.update(huge))
    expect(shownCounts(await seen(huge)).likes.count).toBe(2_000_000_000)
  })

  test('are shown to people with whose word they are', async () => {
    const note = anna.note('shown')
    await hears(anna.create(note))
    note.likes = total(note, 'likes', 4321)
    await hears(anna.update(note))
    const { id } = await seen(note)
    const reader = await personHere(whole.world, 'looker')
    const cookie = `__Host-weft=${await openSession(whole.world, reader.id, undefined)}`
    const page = await whole.ask(`/@anna@one.test/${id}`, { headers: { accept: 'text/html', cookie } })
    expect(page.status).toBe(200)
    expect(page.text).toContain('4,321')
    expect(page.text).toContain('counted by one.test')
  })

  test('of ours are ours, whatever anybody says', async () => {
    const author = await personHere(whole.world, 'author')
    const id = await publishPost(whole.world, author, { text: 'ours', visibility: 'public' })
    const uri = whole.world.uris.post(id)
    await hears(anna.update({ ...anna.note('x'), id: uri, likes: { type: 'Collection', totalItems: 99 } }))
    await noteOrigin(whole.world, uri, { replies: 9, likes: 9, boosts: 9 }, new Date())
    const view = await viewPost(whole.db, id, undefined)
    expect(view && shownCounts(view).likes).toEqual({ count: 0, theirs: false })
  })
})

test('the numbers of an account are its own server’s, too', async () => {
  const ben = await whole.peer.person('ben', { host: 'one.test' })
  const account = await personElsewhere(whole.world, 'ben', 'one.test')
  const lists = { outbox: 321, followers: 9876, following: 54 }
  for (const [name, totalItems] of Object.entries(lists)) {
    const id = `${ben.uri}/${name}`
    whole.peer.serve(id, { id, type: 'OrderedCollection', totalItems, first: `${id}?page=1` })
  }
  await wantProfile(whole.world, account.id)
  await whole.settled()
  const view = await viewAccount(whole.db, account.id)
  expect(view?.counts).toMatchObject({ posts: 0, followers: 0, following: 0 })
  expect(view && shownAccountCounts(view)).toEqual({
    posts: { count: 321, theirs: true },
    followers: { count: 9876, theirs: true },
    following: { count: 54, theirs: true },
  })
  const before = whole.peer.hits(`${ben.uri}/followers`)
  await wantProfile(whole.world, account.id)
  await whole.settled()
  expect(whole.peer.hits(`${ben.uri}/followers`)).toBe(before)
  expect(whole.errors).toEqual([])
})

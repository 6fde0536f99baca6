import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PostId } from '../../../src/base/ids.ts'
import type { LocalAccount } from '../../../src/domain/accounts/account.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { receivePosts } from '../../../src/domain/posts/receive.ts'
import { incomingBy } from '../../support/incoming.ts'
import { startWhole, type Whole } from '../../support/whole.ts'
import { ORIGIN, personElsewhere, personHere } from '../../support/world.ts'

type Json = Record<string, unknown>

let whole: Whole
let anna: LocalAccount
beforeAll(async () => {
  whole = await startWhole()
  anna = await personHere(whole.world, 'anna')
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
})

async function get(url: string): Promise<Json> {
  const reply = await whole.ask(url.replace(ORIGIN, ''), { headers: { accept: 'application/activity+json' } })
  expect(reply.status, url).toBe(200)
  return JSON.parse(reply.text) as Json
}

const say = (text: string, replyTo?: PostId, visibility: 'public' | 'followers' = 'public') =>
  publishPost(whole.world, anna, { text, visibility, ...(replyTo && { replyTo }) })

/** All items of a collection, page by page, and how many pages that were. */
async function walk(url: string): Promise<{ items: unknown[]; pages: number }> {
  const items: unknown[] = []
  let pages = 0
  for (let at: unknown = (await get(url)).first; at !== undefined; pages++) {
    const page = await get(String(at))
    expect(page.partOf).toBe(url)
    items.push(...(page.items as unknown[]))
    at = page.next
  }
  return { items, pages }
}

test('FEP-7888, FEP-f228: a conversation of ours is one list of all that everyone may read, newest last, sixty to a page', async () => {
  const root = await say('root')
  const far = await personElsewhere(whole.world, 'far')
  const uris = [whole.world.uris.post(root)]
  const start = Date.now() - 1000
  for (let n = 0; n < 70; n++) {
    const answer = incomingBy(far, {
      inReplyToUri: uris[n % 3 === 0 ? 0 : uris.length - 1] ?? null,
      publishedAt: new Date(start + 10 * n),
    })
    await receivePosts(whole.world, [{ incoming: answer, author: far }])
    uris.push(answer.uri)
  }
  await say('hushed', root, 'followers')
  const note = await get(whole.world.uris.post(root))
  expect(note.context).toBe(whole.world.uris.context(root))
  expect(note.conversation).toBe(note.context)
  const list = await get(String(note.context))
  expect(list).toMatchObject({
    id: note.context,
    type: 'Collection',
    attributedTo: anna.uri,
    totalItems: 71,
  })
  const { items, pages } = await walk(String(note.context))
  expect(pages).toBe(2)
  expect(new Set(items)).toEqual(new Set(uris))
  const rows = await whole.db.selectFrom('post').select(['uri', 'id']).execute()
  const ids = new Map(rows.map((row) => [row.uri, BigInt(row.id)]))
  const order = items.map((uri) => ids.get(String(uri)) ?? 0n)
  expect(order).toEqual([...order].sort((a, b) => (a < b ? -1 : 1)))
})

test('the replies to a post are all public ones, from here and elsewhere; five stand with it, those approved first', async () => {
  const root = await say('many answers')
  const far = await personElsewhere(whole.world, 'far')
  const uris: string[] = []
  for (let n = 0; n < 48; n++) {
    const answer = incomingBy(far, { inReplyToUri: whole.world.uris.post(root), publishedAt: new Date() })
    await receivePosts(whole.world, [{ incoming: answer, author: far }])
    uris.push(answer.uri)
  }
  uris.push(whole.world.uris.post(await say('one from here', root)))
  await say('hushed', root, 'followers')
  const approved = uris[30] as string
  await whole.db
    .updateTable('post')
    .set({ approved_by: `${ORIGIN}/stamp` })
    .where('uri', '=', approved)
    .execute()
  const { replies } = (await get(whole.world.uris.post(root))) as { replies: Json }
  const first = replies.first as Json
  expect(replies).toMatchObject({ type: 'Collection', totalItems: 49 })
  expect(first.items).toHaveLength(5)
  expect((first.items as string[])[0]).toBe(approved)
  expect(await get(String(first.next))).toMatchObject({ type: 'CollectionPage' })
  const { items, pages } = await walk(String(replies.id))
  expect(pages).toBe(2)
  expect(new Set(items)).toEqual(new Set(uris))
  expect(await get(String(replies.id))).toMatchObject({ totalItems: 49 })
})

test('what answers a conversation from elsewhere names the list that its own server keeps, or ours where there is none', async () => {
  const far = await personElsewhere(whole.world, 'far')
  for (const contextUri of ['https://far.test/contexts/7', null]) {
    const root = incomingBy(far, { contextUri })
    await receivePosts(whole.world, [{ incoming: root, author: far, wanted: true }])
    const row = await whole.db
      .selectFrom('post')
      .select('id')
      .where('uri', '=', root.uri)
      .executeTakeFirstOrThrow()
    const note = await get(whole.world.uris.post(await say('an answer', row.id)))
    expect(note.context).toBe(contextUri ?? whole.world.uris.context(row.id))
    // The list that we keep of it is ours, whoever began it.
    expect(await get(whole.world.uris.context(row.id))).toMatchObject({
      attributedTo: whole.world.uris.instanceActor,
      totalItems: 2,
    })
  }
})

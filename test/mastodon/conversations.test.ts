import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import { transact } from '../../src/db/transact.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { joinTalks } from '../../src/domain/conversations/store.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { everyPage, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot
let cat: Toot
beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
  cat = await tootAs(server, 'cat')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const tell = (who: Toot, text: string, replyTo?: PostId) =>
  publishPost(server.world, who.account, { text, visibility: 'direct', ...(replyTo && { replyTo }) })
const list = async (who: Toot) => (await who.get('/api/v1/conversations')).json

describe('conversations', () => {
  test('are those of direct posts, each once, with its last post and who takes part', async () => {
    const first = await tell(ada, '@bob and @cat: hello')
    const answer = await tell(bob, '@ada hello yourself', first)
    const hers = await list(ada)
    expectEntities('Conversation', hers)
    expect(hers).toMatchObject([{ unread: true, last_status: { id: answer } }])
    expect(hers[0].accounts.map(({ acct }: { acct: string }) => acct)).toEqual(['bob'])
    const cats = await list(cat)
    expect(cats).toMatchObject([{ unread: true, last_status: { id: first } }])
    expect(cats[0].accounts.map(({ acct }: { acct: string }) => acct).sort()).toEqual(['ada', 'bob'])
    expect(await list(bob)).toMatchObject([{ unread: false, last_status: { id: answer } }])

    const path = `/api/v1/conversations/${hers[0].id}`
    const read = await ada.post(`${path}/read`)
    expectEntity('Conversation', read.json)
    expect(read.json.unread).toBe(false)
    expect((await ada.post(`${path}/unread`)).json.unread).toBe(true)
    expect((await bob.post(`${path}/read`)).status).toBe(404)
    expect((await bob.delete(path)).status).toBe(404)

    await removePost(server.world, bob.account, answer)
    expect(await list(ada)).toMatchObject([{ last_status: { id: first } }])
    expect((await ada.delete(path)).json).toEqual({})
    expect(await list(ada)).toEqual([])
    expect(await list(cat)).toHaveLength(1)
    const again = await tell(bob, '@ada still there?', first)
    expect(await list(ada)).toMatchObject([{ unread: true, last_status: { id: again } }])
  })

  test('come page by page, and one with oneself is one', async () => {
    const dan = await tootAs(server, 'dan')
    const said: PostId[] = []
    for (let n = 0; n < 5; n += 1) said.unshift(await tell(dan, `to myself ${n}`))
    const all = await everyPage(dan, '/api/v1/conversations', { limit: 2 })
    expectEntities('Conversation', all)
    expect(all.map(({ last_status }) => last_status.id)).toEqual(said)
    expect(all[0].accounts.map(({ acct }: { acct: string }) => acct)).toEqual(['dan'])
  })

  test('are not begun by those who are kept apart, and two that are one become one', async () => {
    const eve = await tootAs(server, 'eve')
    const fay = await tootAs(server, 'fay')
    await blockAccount(server.world, eve.account, cat.account)
    await tell(cat, '@eve psst')
    expect(await list(eve)).toEqual([])
    const one = await tell(fay, '@eve one')
    const two = await tell(fay, '@eve two')
    const ids = await server.db
      .selectFrom('post')
      .select('conversation_id')
      .where('id', 'in', [one, two])
      .orderBy('id')
      .execute()
    const [from, to] = ids.map((row) => row.conversation_id)
    await transact(server.db, (tx) => joinTalks(tx, to as PostId, from as PostId))
    expect(await list(eve)).toMatchObject([{ last_status: { id: two } }])
  })
})

import { afterAll, describe, expect, test } from 'vitest'
import { idFromPublished } from '../../../src/base/ids.ts'
import { acceptFollow } from '../../../src/domain/follows/answer.ts'
import { requestFollow } from '../../../src/domain/follows/request.ts'
import { receiveEdit } from '../../../src/domain/posts/edit.ts'
import { findPostByUri } from '../../../src/domain/posts/find.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { receivePosts } from '../../../src/domain/posts/receive.ts'
import { receiveDelete } from '../../../src/domain/posts/remove.ts'
import { listNotifications } from '../../../src/views/notifications.ts'
import { viewPost } from '../../../src/views/posts.ts'
import { listHome } from '../../../src/views/timelines.ts'
import { testDatabase } from '../../support/database.ts'
import { incomingBy } from '../../support/incoming.ts'
import { personElsewhere, personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world, clock } = testWorld(database.db)
const { db } = world
const anna = await personHere(world, 'anna')
const ben = await personHere(world, 'ben')
const carl = await personElsewhere(world, 'carl')
const dora = await personElsewhere(world, 'dora', 'other.test')
await requestFollow(world, anna, carl)
await acceptFollow(world, { followerId: anna.id, followedId: carl.id })

describe('posts from elsewhere', () => {
  test('of someone followed here enter the follower’s home, a hundred in one transaction', async () => {
    const batch = Array.from({ length: 100 }, (_, n) => ({
      author: carl,
      incoming: incomingBy(carl, { publishedAt: new Date(clock.now().getTime() - n * 1000) }),
    }))
    expect(new Set(await receivePosts(world, batch))).toEqual(new Set(['stored']))
    expect((await listHome(db, anna.id, { limit: 200 })).items).toHaveLength(100)
    expect((await listHome(db, ben.id, { limit: 200 })).items).toHaveLength(0)
    expect(
      (await viewPost(db, (await findPostByUri(db, batch[0]!.incoming.uri))!.id, undefined))?.author.counts
        .posts,
    ).toBe(100)
  })

  test('that come twice, even within one batch, are stored once', async () => {
    const incoming = incomingBy(carl)
    const twice = [
      { author: carl, incoming },
      { author: carl, incoming },
    ]
    expect(await receivePosts(world, twice)).toEqual(['stored', 'known'])
    expect(await receivePosts(world, twice)).toEqual(['known', 'known'])
  })

  test('of one and the same second get different ids', async () => {
    const publishedAt = new Date('2026-01-01T00:00:00Z')
    clock.set(new Date('2026-01-01T00:10:00Z'))
    const batch = Array.from({ length: 600 }, () => ({
      author: carl,
      incoming: incomingBy(carl, { publishedAt }),
    }))
    for (let at = 0; at < 600; at += 100) {
      expect(new Set(await receivePosts(world, batch.slice(at, at + 100)))).toEqual(new Set(['stored']))
    }
  })

  test('that would share an id get another, and a reply within the batch knows it', async () => {
    const publishedAt = new Date('2026-02-01T00:00:00Z')
    clock.set(new Date('2026-02-01T00:10:00Z'))
    const seen = new Map<string, string>()
    let pair: readonly [string, string] | undefined
    for (let n = 0; !pair; n++) {
      const uri = `${carl.uri}/same/${n}`
      const id = idFromPublished(publishedAt, uri, clock.now())
      const other = seen.get(id)
      if (other) pair = [other, uri]
      seen.set(id, uri)
    }
    const [first, second] = pair.map((uri) => incomingBy(carl, { uri, publishedAt }))
    const reply = incomingBy(carl, { inReplyToUri: second!.uri, publishedAt })
    const batch = [first!, second!, reply].map((incoming) => ({ author: carl, incoming }))
    expect(await receivePosts(world, batch)).toEqual(['stored', 'stored', 'stored'])
    const [one, two, three] = await Promise.all(
      [first!, second!, reply].map(({ uri }) => findPostByUri(db, uri)),
    )
    expect(one!.id).not.toBe(two!.id)
    expect(two).toMatchObject({ conversationId: two!.id })
    expect(three).toMatchObject({ inReplyToId: two!.id, conversationId: two!.id })
  })

  test('that concern nobody here are not kept', async () => {
    const incoming = incomingBy(dora)
    expect(await receivePosts(world, [{ author: dora, incoming }])).toEqual(['unrelated'])
    expect(await findPostByUri(db, incoming.uri)).toBeUndefined()
  })

  test('that name someone here are kept and told of, but not put into homes', async () => {
    const incoming = incomingBy(dora, { mentionUris: [ben.uri], recipientUris: [ben.uri] })
    expect(await receivePosts(world, [{ author: dora, incoming }])).toEqual(['stored'])
    expect((await listNotifications(db, ben.id, { limit: 1 })).items[0]).toMatchObject({
      kind: 'mention',
      from: { name: 'dora' },
    })
    expect((await listHome(db, ben.id, { limit: 1 })).items).toEqual([])
  })

  test('that are direct are seen by those they are for and by nobody else', async () => {
    const incoming = incomingBy(dora, { visibility: 'direct', recipientUris: [ben.uri] })
    await receivePosts(world, [{ author: dora, incoming }])
    const { id } = (await findPostByUri(db, incoming.uri))!
    expect(await viewPost(db, id, { accountId: ben.id })).toBeDefined()
    expect(await viewPost(db, id, { accountId: anna.id })).toBeUndefined()
    expect(await viewPost(db, id, undefined)).toBeUndefined()
  })

  test('said long ago are kept but enter no home', async () => {
    const incoming = incomingBy(carl, { publishedAt: new Date(clock.now().getTime() - 7 * 3_600_000) })
    await receivePosts(world, [{ author: carl, incoming }])
    const { id } = (await findPostByUri(db, incoming.uri))!
    const home = await db.selectFrom('home_entry').select('post_id').where('post_id', '=', id).execute()
    expect(home).toEqual([])
  })

  test('that answer what their author may not see are dropped (S-053)', async () => {
    const secret = await publishPost(world, anna, { text: 'among us', visibility: 'followers' })
    const uri = world.uris.post(secret)
    const incoming = incomingBy(dora, {
      inReplyToUri: uri,
      mentionUris: [anna.uri],
      recipientUris: [anna.uri],
    })
    expect(await receivePosts(world, [{ author: dora, incoming }])).toEqual(['parent-hidden'])
  })

  test('that come before what they answer are joined to it when it comes', async () => {
    const parent = incomingBy(carl)
    const child = incomingBy(carl, { inReplyToUri: parent.uri })
    await receivePosts(world, [{ author: carl, incoming: child }])
    await receivePosts(world, [{ author: carl, incoming: parent }])
    const [above, below] = [(await findPostByUri(db, parent.uri))!, (await findPostByUri(db, child.uri))!]
    expect(below).toMatchObject({ inReplyToId: above.id, conversationId: above.conversationId })
    expect((await viewPost(db, above.id, undefined))?.counts.replies).toBe(1)
  })

  test('whose Delete came first stay deleted (S-044)', async () => {
    const incoming = incomingBy(carl)
    expect(await receiveDelete(world, carl, incoming.uri)).toBe('remembered')
    expect(await receivePosts(world, [{ author: carl, incoming }])).toEqual(['deleted'])
  })

  test('are not deleted by anyone but their author (S-044)', async () => {
    const incoming = incomingBy(carl)
    await receivePosts(world, [{ author: carl, incoming }])
    expect(await receiveDelete(world, dora, incoming.uri)).toBe('not-theirs')
    expect(await findPostByUri(db, incoming.uri)).toBeDefined()
    expect(await receiveDelete(world, carl, incoming.uri)).toBe('removed')
    expect(await findPostByUri(db, incoming.uri)).toBeUndefined()
  })
})

describe('an edit from elsewhere', () => {
  test('changes the words only when it is newer, keeps the old ones, and never widens who may see', async () => {
    const said = new Date(clock.now().getTime() - 60_000)
    const incoming = incomingBy(carl, { publishedAt: said, visibility: 'followers' })
    await receivePosts(world, [{ author: carl, incoming }])
    const edited = {
      ...incoming,
      contentHtml: '<p>better</p>',
      visibility: 'public' as const,
      updatedAt: new Date(said.getTime() + 1000),
    }
    expect(await receiveEdit(world, carl, edited)).toBe('edited')
    expect(await receiveEdit(world, carl, { ...edited, contentHtml: '<p>older</p>' })).toBe('older')
    expect(await receiveEdit(world, carl, { ...edited, updatedAt: undefined })).toBe('older')
    const post = (await findPostByUri(db, incoming.uri))!
    expect(post).toMatchObject({ contentHtml: '<p>better</p>', visibility: 'followers' })
    expect(
      await db
        .selectFrom('post_edit')
        .select(['version', 'content_html'])
        .where('post_id', '=', post.id)
        .execute(),
    ).toEqual([{ version: 0, content_html: '<p>hello</p>' }])
  })

  test('of somebody else’s post has no effect (S-042)', async () => {
    const incoming = incomingBy(carl)
    await receivePosts(world, [{ author: carl, incoming }])
    await expect(
      receiveEdit(world, dora, { ...incoming, updatedAt: new Date(), contentHtml: 'x' }),
    ).rejects.toMatchObject({
      code: 'post.not-yours',
    })
    expect((await findPostByUri(db, incoming.uri))?.contentHtml).toBe('<p>hello</p>')
  })
})

import { afterAll, describe, expect, test } from 'vitest'
import { requestFollow } from '../../../src/domain/follows/request.ts'
import { publishPost } from '../../../src/domain/posts/publish.ts'
import { viewAccount } from '../../../src/views/accounts.ts'
import { listNotifications } from '../../../src/views/notifications.ts'
import { viewPost } from '../../../src/views/posts.ts'
import { listHome } from '../../../src/views/timelines.ts'
import { testDatabase } from '../../support/database.ts'
import { ORIGIN, personElsewhere, personHere, testWorld } from '../../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const { db } = world
const anna = await personHere(world, 'anna')
const ben = await personHere(world, 'Ben')
const carl = await personElsewhere(world, 'carl')
await requestFollow(world, ben, anna)
await requestFollow(world, carl, anna, `${carl.uri}#follows/1`)

async function jobs() {
  return (await db.selectFrom('job').select(['kind', 'payload']).orderBy('id').execute()).map((job) => ({
    kind: job.kind,
    payload: JSON.parse(job.payload),
  }))
}

describe('a local post', () => {
  test('is in its author’s and their followers’ homes when publishing returns', async () => {
    const id = await publishPost(world, anna, { text: 'Hello #World', visibility: 'public' })
    expect((await listHome(db, anna.id, { limit: 5 })).items[0]?.id).toBe(id)
    expect((await listHome(db, ben.id, { limit: 5 })).items[0]?.id).toBe(id)
    const view = await viewPost(db, id, undefined)
    expect(view).toMatchObject({
      uri: `${ORIGIN}/ap/posts/${id}`,
      url: `${ORIGIN}/@anna/${id}`,
      source: 'Hello #World',
      hashtags: [{ name: 'world' }],
      author: { counts: { posts: 1, followers: 2 } },
    })
    expect(view?.contentHtml).toContain(`href="${ORIGIN}/tags/`)
  })

  test('keeps its Create as exact bytes and enqueues the delivery in the same transaction', async () => {
    const id = await publishPost(world, anna, { text: 'again', visibility: 'public' })
    const activity = await db
      .selectFrom('activity')
      .selectAll()
      .where('post_id', '=', id)
      .executeTakeFirstOrThrow()
    const create = JSON.parse(activity.body)
    expect(create).toMatchObject({
      type: 'Create',
      id: `${ORIGIN}/ap/activities/${activity.id}`,
      actor: anna.uri,
      object: { id: `${ORIGIN}/ap/posts/${id}`, attributedTo: anna.uri },
    })
    expect(create.to).toEqual(create.object.to)
    expect(create.cc).toEqual(create.object.cc)
    expect(await jobs()).toContainEqual({
      kind: 'deliver',
      payload: {
        activityId: activity.id,
        subject: id,
        recipients: { accountIds: [], followersOf: anna.id, inboxIds: [] },
        after: 0,
      },
    })
  })

  test('tells those it names, once, and reaches them though they do not follow', async () => {
    const id = await publishPost(world, anna, {
      text: 'hi @ben and @ben and @carl@far.test',
      visibility: 'direct',
    })
    const notices = (await listNotifications(db, ben.id, { limit: 10 })).items.filter(
      (notice) => notice.postId === id,
    )
    expect(notices).toMatchObject([{ kind: 'mention', from: { name: 'anna' } }])
    const deliver = (await jobs()).find((job) => job.payload.subject === id)
    expect(deliver?.payload.recipients.followersOf).toBeUndefined()
    expect(deliver?.payload.recipients.accountIds).toEqual(expect.arrayContaining([carl.id]))
  })

  test('that answers another is counted there and reaches its author', async () => {
    const parent = await publishPost(world, anna, { text: 'question', visibility: 'public' })
    const reply = await publishPost(world, ben, { text: 'answer', visibility: 'unlisted', replyTo: parent })
    const [above, below] = [await viewPost(db, parent, undefined), await viewPost(db, reply, undefined)]
    expect(above?.counts.replies).toBe(1)
    expect(below).toMatchObject({
      inReplyTo: { id: parent },
      conversationId: parent,
      mentions: [{ id: anna.id }],
    })
    expect((await listNotifications(db, anna.id, { limit: 1 })).items[0]).toMatchObject({
      kind: 'mention',
      postId: reply,
    })
  })

  test.each([
    ['empty', '  \n ', 'post.empty'],
    ['too long', 'x'.repeat(501), 'post.too-long'],
  ])('that is %s is refused and leaves nothing behind', async (_what, text, code) => {
    const before = { jobs: (await jobs()).length, posts: (await viewAccount(db, anna.id))?.counts.posts }
    await expect(publishPost(world, anna, { text, visibility: 'public' })).rejects.toMatchObject({ code })
    expect({ jobs: (await jobs()).length, posts: (await viewAccount(db, anna.id))?.counts.posts }).toEqual(
      before,
    )
  })

  test('of 500 characters passes, with links as 23 and mentions without their host', async () => {
    const text = `${'x'.repeat(500 - 23 - 5 - 2)} https://example.com/${'y'.repeat(100)} @carl@far.test`
    await expect(publishPost(world, anna, { text, visibility: 'public' })).resolves.toMatch(/^\d+$/)
  })

  test('may not answer a post that its author cannot see', async () => {
    const secret = await publishPost(world, anna, { text: 'for nobody', visibility: 'direct' })
    await expect(
      publishPost(world, ben, { text: 'I saw', visibility: 'public', replyTo: secret }),
    ).rejects.toMatchObject({ code: 'post.parent-not-found' })
  })

  test('whose transaction fails leaves neither post nor job nor home row', async () => {
    const count = async () => ({
      jobs: (await jobs()).length,
      homes: (await listHome(db, ben.id, { limit: 100 })).items.length,
      posts: (await db.selectFrom('post').select('id').execute()).length,
    })
    const before = await count()
    const failing = {
      ...world,
      effects: {
        ...world.effects,
        documents: async () => {
          throw new Error('cut')
        },
      },
    }
    await expect(publishPost(failing, anna, { text: 'lost', visibility: 'public' })).rejects.toThrow('cut')
    expect(await count()).toEqual(before)
  })
})

test.each([{ language: '!!' }, { language: 'en', translations: { 'not a tag': 'Hallo' } }])(
  'a language that is none is refused: %j',
  async (said) => {
    const before = await db.selectFrom('post').select('id').execute()
    await expect(
      publishPost(world, anna, { text: 'Hello', visibility: 'public', ...said }),
    ).rejects.toMatchObject({ code: 'post.language' })
    expect(await db.selectFrom('post').select('id').execute()).toHaveLength(before.length)
  },
)

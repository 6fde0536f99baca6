import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import { connect, type Db } from '../../src/db/connect.ts'
import type { Account, LocalAccount } from '../../src/domain/accounts/account.ts'
import { updateAccount } from '../../src/domain/accounts/update.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { blockDomainFor } from '../../src/domain/blocks/domain.ts'
import { bookmarkPost } from '../../src/domain/bookmarks/bookmark.ts'
import { addEmoji, removeEmoji } from '../../src/domain/emojis/keep.ts'
import { createFilter } from '../../src/domain/filters/keep.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { vote } from '../../src/domain/polls/vote.ts'
import { editPost } from '../../src/domain/posts/edit.ts'
import { writeOrigins } from '../../src/domain/posts/origin-store.ts'
import type { Draft } from '../../src/domain/posts/post.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { removePost } from '../../src/domain/posts/remove.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { likePost } from '../../src/domain/reactions/like.ts'
import { muteConversation } from '../../src/domain/silences/silence.ts'
import type { World } from '../../src/domain/world.ts'
import { statusFrom } from '../../src/translate/to-mastodon/status.ts'
import { statusesText } from '../../src/translate/to-mastodon/status-text.ts'
import { clearShelf } from '../../src/views/shelf.ts'
import { viewStatuses } from '../../src/views/statuses.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { personElsewhere, personHere, testWorld } from '../support/world.ts'

// What is kept of posts is never older than the database: in the process that wrote, and in one that heard of nothing.
let database: TestDatabase
let elsewhere: Db
let fresh: Db
let world: World
let [ada, ben]: LocalAccount[] = []

beforeAll(async () => {
  database = await testDatabase()
  const another = () => connect({ url: database.url, maxConnections: 2, applicationName: 'weft test' })
  elsewhere = another()
  fresh = another()
  world = testWorld(database.db).world
  ada = await personHere(world, 'ada')
  ben = await personHere(world, 'ben')
})
afterAll(async () => {
  await elsewhere.destroy()
  await fresh.destroy()
  await database[Symbol.asyncDispose]()
})

const who = (account: LocalAccount | undefined): LocalAccount => {
  if (!account) throw new Error('nobody')
  return account
}
const say = (draft: Partial<Draft> & { text: string }) =>
  publishPost(world, who(ada), { visibility: 'public', ...draft })

/** What Ben is told in that process, or whoever else reads. */
async function told(db: Db, ids: readonly PostId[], reader: Account = who(ben)): Promise<string> {
  const views = await viewStatuses(db, ids, { accountId: reader.id })
  const telling = { uris: world.uris, now: new Date(0), reader }
  const text = statusesText(views, telling)
  // The text says what the words say.
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(views.map((view) => statusFrom(view, telling)))))
  return text
}

/** Both processes know the posts, and something changes: at once both say what one says that knows nothing. */
async function changes(
  ids: readonly PostId[],
  change: () => Promise<unknown>,
  reader?: Account,
): Promise<void> {
  for (const db of [database.db, elsewhere, database.db, elsewhere]) await told(db, ids, reader)
  const before = await told(elsewhere, ids, reader)
  await change()
  const [here, there] = await Promise.all([told(database.db, ids, reader), told(elsewhere, ids, reader)])
  clearShelf(fresh)
  const now = await told(fresh, ids, reader)
  expect(now).not.toBe(before)
  expect({ here, there }).toEqual({ here: now, there: now })
  expect(await told(elsewhere, ids, reader)).toBe(now)
}

const poll = { options: ['sun', 'rain'], multiple: false, expiresInSeconds: 3600 }

test.each<[string, (post: PostId) => Promise<unknown>]>([
  ['it is edited', (id) => editPost(world, who(ada), id, { text: 'other words #fog' })],
  ['it is deleted', (id) => removePost(world, who(ada), id)],
  ['its reader likes it', (id) => likePost(world, who(ben), id)],
  ['its author likes it', (id) => likePost(world, who(ada), id)],
  ['its reader boosts it', (id) => boostPost(world, who(ben), id)],
  ['its reader keeps it', (id) => bookmarkPost(world, who(ben), id)],
  ['its reader wants no more of its conversation', (id) => muteConversation(world, who(ben), id)],
  [
    'it is answered',
    (id) => publishPost(world, who(ben), { text: 'yes', visibility: 'public', replyTo: id }),
  ],
  [
    'its reader begins a filter',
    () => createFilter(world, who(ben), { title: 'w', contexts: ['home'], keywords: [{ keyword: 'words' }] }),
  ],
  [
    'its author is called otherwise',
    () => updateAccount(world, who(ada), { displayName: `Ada ${Date.now()}` }),
  ],
  ['its author has a new follower', async () => requestFollow(world, who(ben), who(ada))],
  [
    'its author may do more',
    (_id) => sql`UPDATE login SET role = 'moderator' WHERE account_id = ${ada?.id}`.execute(database.db),
  ],
  [
    'its page is looked at',
    async (id) => {
      await sql`INSERT INTO preview (url, title) VALUES (${`https://a.test/${id}`}, 'A page')`.execute(
        database.db,
      )
      await sql`INSERT INTO post_preview (post_id, preview_id)
        SELECT ${id}::bigint, id FROM preview WHERE url = ${`https://a.test/${id}`}`.execute(database.db)
    },
  ],
])('when %s', async (_what, change) => {
  const id = await say({ text: 'some words :heron:' })
  await changes([id], () => change(id))
})

test('when custom emoji come, change and go', async () => {
  const id = await say({ text: 'look, :heron: again' })
  const picture = (file: string) => ({ shortcode: 'heron', url: '', file, mediaType: 'image/png' })
  await changes([id], () => addEmoji(world, picture('one.png')))
  await changes([id], () => addEmoji(world, picture('two.png')))
  await changes([id], () => removeEmoji(world, 'heron'))
})

test('when somebody votes, and when a picture is described', async () => {
  const id = await say({ text: 'what will it be?', poll })
  await changes([id], () => vote(world, who(ben), id, [0]))
  const seen = await say({ text: 'a picture' })
  await sql`INSERT INTO attachment (id, account_id, post_id, position, kind, url, media_type)
    VALUES (1, ${ada?.id}::bigint, ${seen}::bigint, 0, 'image', 'https://a.test/1.png', 'image/png')`.execute(
    database.db,
  )
  await changes([seen], () =>
    sql`UPDATE attachment SET description = 'a heron' WHERE id = 1`.execute(database.db),
  )
})

test('when a post that is boosted or quoted changes, and when it goes', async () => {
  const first = await say({ text: 'words' })
  const boost = await boostPost(world, who(ada), first)
  const quote = await say({ text: 'see', quoteOf: first })
  await changes([boost, quote], () => editPost(world, who(ada), first, { text: 'new words' }))
  await changes([boost, quote], () => removePost(world, who(ada), first))
})

test('when the server of a post says what it counts, and when it moves whom the post names', async () => {
  const far = await personElsewhere(world, 'far')
  const id = world.ids.next<PostId>()
  await sql`INSERT INTO post (id, uri, local, account_id, visibility, conversation_id, content_html, published_at)
    VALUES (${id}, 'https://far.test/1', false, ${far.id}, 'public', ${id}, '<p>far</p>', now())`.execute(
    database.db,
  )
  await sql`INSERT INTO mention (post_id, account_id) VALUES (${id}, ${far.id})`.execute(database.db)
  const counts = { replies: 3, likes: 30, boosts: 7 }
  await changes([id], () => writeOrigins(database.db, [{ postId: id, counts, askedAt: null }]))
  await changes([id], () =>
    sql`UPDATE account SET name = 'farther' WHERE id = ${far.id}::bigint`.execute(database.db),
  )
  await changes([id], () => blockDomainFor(world, who(ben), 'far.test'))
})

test('when its author keeps its reader away', async () => {
  const id = await say({ text: 'not for Ben' })
  await changes([id], () => blockAccount(world, who(ada), who(ben)))
})

test('when who may see it is somebody else', async () => {
  const db = database.db
  const id = await say({ text: 'for some' })
  const change = (query: ReturnType<typeof sql>) => changes([id], () => query.execute(db))
  const [author, reader] = [ada?.id, ben?.id]
  await change(sql`DELETE FROM block WHERE account_id = ${author}::bigint`)
  await sql`DELETE FROM follow WHERE follower_id = ${reader}::bigint`.execute(db)
  await change(sql`UPDATE post SET visibility = 'direct' WHERE id = ${id}::bigint`)
  await change(sql`INSERT INTO mention (post_id, account_id) VALUES (${id}, ${reader})`)
  await change(sql`DELETE FROM mention WHERE post_id = ${id}::bigint`)
  await sql`UPDATE post SET visibility = 'followers' WHERE id = ${id}::bigint`.execute(db)
  await changes([id], () => requestFollow(world, who(ben), who(ada)))
  await change(
    sql`UPDATE account SET suspended_at = now(), suspended_for = '{account}' WHERE id = ${author}::bigint`,
  )
  await change(sql`UPDATE account SET suspended_at = NULL, suspended_for = '{}' WHERE id = ${author}::bigint`)
  await change(sql`DELETE FROM follow WHERE follower_id = ${reader}::bigint`)
})

test('when somebody elsewhere, who signs what they ask for, may see it no more', async () => {
  const db = database.db
  const far = await personElsewhere(world, 'farfollower')
  const id = await say({ text: 'for followers', visibility: 'followers' })
  const change = (query: ReturnType<typeof sql>) => changes([id], () => query.execute(db), far)
  await change(sql`INSERT INTO follow (followed_id, follower_id, id, uri, state, followed_local, follower_local)
    VALUES (${ada?.id}, ${far.id}, ${id}, 'https://far.test/f', 'accepted', true, false)`)
  await change(sql`DELETE FROM follow WHERE follower_id = ${far.id}::bigint`)
  await sql`UPDATE post SET visibility = 'public' WHERE id = ${id}::bigint`.execute(db)
  await change(sql`INSERT INTO block (id, uri, account_id, target_id, created_at)
    VALUES (${id}, 'https://here.test/b', ${ada?.id}, ${far.id}, now())`)
  await change(sql`DELETE FROM block WHERE target_id = ${far.id}::bigint`)
  await changes([id], () => blockDomainFor(world, who(ada), new URL(far.uri).hostname), far)
})

test('when its hashtag is written otherwise, and when its page is', async () => {
  const db = database.db
  const id = await say({ text: 'a #heronry' })
  await changes([id], () =>
    sql`UPDATE hashtag SET display_name = 'HeronRy' WHERE name = 'heronry'`.execute(db),
  )
  await sql`INSERT INTO preview (url, title) VALUES ('https://b.test/', 'A page')`.execute(db)
  await sql`INSERT INTO post_preview (post_id, preview_id)
    SELECT ${id}::bigint, id FROM preview WHERE url = 'https://b.test/'`.execute(db)
  await changes([id], () => sql`UPDATE preview SET title = 'B' WHERE url = 'https://b.test/'`.execute(db))
})

test('within a transaction nothing is kept', async () => {
  const id = await publishPost(world, who(ben), { text: 'before', visibility: 'public' })
  await database.db.transaction().execute(async (tx) => {
    for (const word of ['one', 'two']) {
      await sql`UPDATE post SET content_html = ${word} WHERE id = ${id}::bigint`.execute(tx)
      expect((await viewStatuses(tx, [id], undefined))[0]?.post.contentHtml).toBe(word)
    }
  })
})

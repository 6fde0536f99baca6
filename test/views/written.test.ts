import { afterAll, expect, test } from 'vitest'
import type { ActivityId } from '../../src/base/ids.ts'
import { transact } from '../../src/db/transact.ts'
import { justWritten } from '../../src/domain/posts/just-written.ts'
import type { Draft } from '../../src/domain/posts/post.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { createFrom } from '../../src/translate/to-activity/activities.ts'
import { viewPost } from '../../src/views/posts.ts'
import { viewWritten } from '../../src/views/written.ts'
import { testDatabase } from '../support/database.ts'
import { personElsewhere, personHere, testWorld } from '../support/world.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { world } = testWorld(database.db)
const anna = await personHere(world, 'anna')
const ben = await personHere(world, 'ben')
const carl = await personElsewhere(world, 'carl')
const first = await publishPost(world, anna, { text: 'First', visibility: 'public' })

/** What is known of a post without reading it, and what is read of it. */
async function both(draft: Draft) {
  return transact(world.db, async (tx) => {
    const id = await publishPost({ ...world, db: tx }, anna, draft)
    const written = justWritten(tx, id)
    return { known: written && viewWritten(written), read: await viewPost(tx, id, { accountId: anna.id }) }
  })
}

const id = '1' as ActivityId
const drafts: readonly (readonly [string, Draft])[] = [
  ['words', { text: 'Two herons in the fog', visibility: 'public' }],
  ['a warning and a language', { text: 'Boo', summary: 'Fright', language: 'en', visibility: 'unlisted' }],
  ['people and hashtags', { text: '#Zoo #apes for @ben and @carl@far.test', visibility: 'followers' }],
  ['a direct post', { text: 'For you, @ben', visibility: 'direct' }],
  [
    'whom nobody may know',
    { text: 'Hm', visibility: 'direct', audience: { named: [ben], silent: [carl], blind: [] } },
  ],
  ['several languages', { text: 'Yes', language: 'en', translations: { de: 'Ja' }, visibility: 'public' }],
  ['a policy', { text: 'Mine', policy: { quote: 'nobody' }, visibility: 'public' }],
  ['an article', { text: 'Long', kind: 'article', title: 'On herons', visibility: 'public' }],
  [
    'extension terms',
    { text: 'More', visibility: 'public', extension: { 'https://x.test/mood': 'calm' } as never },
  ],
]

test.each(drafts)('%s are said as if they were read again', async (_name, draft) => {
  const { known, read } = await both(draft)
  if (!known || !read) throw new Error('nothing was written')
  expect(createFrom(id, known, world.uris)).toEqual(createFrom(id, read, world.uris))
})

const others: readonly (readonly [string, Draft])[] = [
  ['a reply', { text: 'Indeed', replyTo: first, visibility: 'public' }],
  ['a quote', { text: 'Look', quoteOf: first, visibility: 'public' }],
  [
    'a poll',
    {
      text: 'Which?',
      poll: { options: ['a', 'b'], multiple: false, hideTotals: false, expiresInSeconds: 600 } as never,
      visibility: 'public',
    },
  ],
  ['an emoji', { text: 'So :happy:', visibility: 'public' }],
]

test.each(others)('%s is read, for more hangs on it', async (_name, draft) => {
  const { known, read } = await both(draft)
  expect(read).toBeDefined()
  expect(known).toBeUndefined()
})

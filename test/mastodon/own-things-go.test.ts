import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deleteAccount } from '../../src/domain/accounts/delete.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { tootAs } from '../support/mastodon/client.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
beforeAll(async () => {
  server = await startWhole()
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const TABLES = [
  'marker',
  'list',
  'list_member',
  'tag_follow',
  'post_filter',
  'filter_keyword',
  'talk',
] as const

async function counts(): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const table of TABLES) {
    const { rows } = await sql<{ n: number }>`SELECT count(*)::int AS n FROM ${sql.table(table)}`.execute(
      server.db,
    )
    found[table] = rows[0]?.n ?? -1
  }
  return found
}

test('whoever leaves takes along how far they read, their lists, filters, followed tags and conversations', async () => {
  const ada = await tootAs(server, 'ada')
  const bob = await tootAs(server, 'bob')
  await requestFollow(server.world, ada.account, bob.account)
  await ada.post('/api/v1/markers', { home: { last_read_id: '1' } })
  const { id } = (await ada.post('/api/v1/lists', { title: 'bob' })).json
  await ada.post(`/api/v1/lists/${id}/accounts`, { account_ids: [bob.account.id] })
  await ada.post('/api/v1/tags/sea/follow')
  await ada.post('/api/v1/filters', { phrase: 'rain', context: ['home'] })
  await publishPost(server.world, ada.account, { text: 'to myself', visibility: 'direct' })
  expect(Object.values(await counts())).toEqual(TABLES.map(() => 1))
  await deleteAccount(server.world, ada.account)
  expect(Object.values(await counts())).toEqual(TABLES.map(() => 0))
})

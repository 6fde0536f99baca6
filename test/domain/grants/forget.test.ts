import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forgetGrants } from '../../../src/domain/grants/forget.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { testWorld } from '../../support/world.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

test('more proofs than are forgotten at once are all forgotten, and those that may come again are not', async () => {
  const { world } = testWorld(database.db)
  await sql`INSERT INTO proof_seen (proof_hash, expires_at)
    SELECT sha256(each::text::bytea), ${world.clock.now()}::timestamptz + make_interval(secs => each - 12000)
    FROM generate_series(1, 12001) AS each`.execute(database.db)
  await forgetGrants(world)
  expect(await database.db.selectFrom('proof_seen').select('expires_at').execute()).toHaveLength(1)
})

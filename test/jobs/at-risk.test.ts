import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/weft.ts'
import { count, delivered, deliverTo, startRunner } from './support.ts'

test('R-002: whoever cannot write down what was sent sends no further; a crash repeats a bounded number', {
  timeout: 60_000,
}, async () => {
  await using database = await testDatabase()
  const { db } = database
  const urls = Array.from({ length: 3000 }, (_, n) => `https://h${n % 600}.test/users/${n}/inbox`)
  await deliverTo(db, urls)
  let sent = 0
  const blocked = Promise.withResolvers<void>()
  const unblock = Promise.withResolvers<void>()
  const holding = db.transaction().execute(async (tx) => {
    await sql`LOCK TABLE delivery IN SHARE MODE`.execute(tx)
    blocked.resolve()
    await unblock.promise
  })
  await blocked.promise
  await using runner = startRunner(db, {
    send: (delivery) => {
      sent++
      return delivered(delivery)
    },
  })
  await eventually(async () => expect(sent).toBeGreaterThan(500))
  // As long as it takes to send all of them, were it allowed.
  await sleep(500)
  expect(sent).toBeLessThanOrEqual(512)
  unblock.resolve()
  await holding
  await runner.settled()
  expect(sent).toBe(3000)
  expect(await count(db, 'delivery')).toBe(0)
})

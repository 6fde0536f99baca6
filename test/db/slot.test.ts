import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { liveSlots, SLOT_LOCKS, takeSlot } from '../../src/db/slot.ts'
import { testDatabase } from '../support/database.ts'

test('64 processes get 64 different slots, the next is refused, and a slot given back is taken again', async () => {
  await using database = await testDatabase()
  const slots = await Promise.all(Array.from({ length: 64 }, () => takeSlot(database.url)))
  try {
    const numbers = slots.map((slot) => slot.slot).sort((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: 64 }, (_, number) => number))
    expect(await liveSlots(database.db)).toEqual(numbers)
    await expect(takeSlot(database.url)).rejects.toThrow('All 64 process slots')
    const given = slots.pop()
    await given?.[Symbol.asyncDispose]()
    await vi.waitFor(async () => expect(await liveSlots(database.db)).toHaveLength(63))
    const taken = await takeSlot(database.url)
    slots.push(taken)
    expect(taken.slot).toBe(given?.slot)
  } finally {
    await Promise.all(slots.map((slot) => slot[Symbol.asyncDispose]()))
  }
})

test('a slot outlives its connection', async () => {
  await using database = await testDatabase()
  const lost = vi.fn()
  await using slot = await takeSlot(database.url, { onLost: lost })
  const before = await holder()
  await sql`SELECT pg_terminate_backend(${before})`.execute(database.db)
  await vi.waitFor(async () => {
    const now = await holder()
    expect(now).toBeDefined()
    expect(now).not.toBe(before)
  })
  expect(await liveSlots(database.db)).toEqual([slot.slot])
  expect(lost).not.toHaveBeenCalled()

  async function holder(): Promise<number | undefined> {
    const { rows } = await sql<{ pid: number }>`SELECT pid FROM pg_locks
      WHERE locktype = 'advisory' AND classid = ${SLOT_LOCKS}::int::oid AND objid = ${slot.slot}::int::oid
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`.execute(database.db)
    return rows[0]?.pid
  }
})

test('a slot that another process took while the connection was broken is reported as lost', async () => {
  await using database = await testDatabase()
  const lost = vi.fn()
  await using slot = await takeSlot(database.url, { onLost: lost })
  await database.db.connection().execute(async (connection) => {
    // In one statement, the other process's lock is granted the moment ours falls.
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'weft slot' AND datname = current_database()`.execute(connection)
    await sql`SELECT pg_advisory_lock(${SLOT_LOCKS}::int, ${slot.slot}::int)`.execute(connection)
    await vi.waitFor(() => expect(lost).toHaveBeenCalledTimes(1))
  })
})

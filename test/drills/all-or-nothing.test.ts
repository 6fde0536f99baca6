import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/weft.ts'
import { block } from './support/blocking.ts'
import { giveFollowers } from './support/followers.ts'
import { breakGround, type Ground } from './support/ground.ts'
import { traces } from './support/queue.ts'
import { type Sink, startSink } from './support/sink.ts'

let ground: Ground
let sink: Sink
beforeAll(async () => {
  ;[ground, sink] = await Promise.all([breakGround(), startSink(1)])
  await ground.cli('account', 'create', 'anna')
  await giveFollowers(ground.db, 'anna', sink.inboxes(1))
}, 60_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await sink?.[Symbol.asyncDispose]()
})

test('R-003: a call that is refused leaves neither a post nor a job', async () => {
  const before = await traces(ground.db)
  for (const text of [
    'x'.repeat(501),
    '  ',
    `#tag @nobody@${new URL(sink.inbox(0)).host} ${'x'.repeat(500)}`,
  ]) {
    await expect(ground.cli('post', 'anna', text)).rejects.toThrow('post')
  }
  await expect(
    ground.cli('post', 'anna', 'to what?', '--reply-to', `${ground.origin}/@anna/1`),
  ).rejects.toThrow()
  expect(await traces(ground.db)).toEqual(before)
}, 60_000)

test('R-003: a crash before the commit leaves neither a post nor a job', async () => {
  const before = await traces(ground.db)
  const poster = await ground.poster()
  await using jobs = await block(ground.db, 'job')
  const said = poster.say('anna', 'never #said').catch((error) => error)
  // The post, its hashtag and its activity are written, the job is not: now.
  await jobs.waitedFor(1)
  await poster.kill()
  expect(await said).toBeInstanceOf(Error)
  await jobs.release()
  await eventually(async () => expect(await postersIn(ground)).toBe(0))
  expect(await traces(ground.db)).toEqual(before)
}, 60_000)

test('R-003: a database that fails in the middle leaves neither, tells whoever asked, and the next call works', async () => {
  const before = await traces(ground.db)
  await using poster = await ground.poster()
  await using jobs = await block(ground.db, 'job')
  const said = poster.say('anna', 'never #said either')
  const failed = expect(said).rejects.toThrow()
  await jobs.waitedFor(1)
  await sql`
    SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE NOT granted AND relation = 'job'::regclass
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`.execute(ground.db)
  await failed
  await jobs.release()
  expect(await traces(ground.db)).toEqual(before)

  const { uri } = await poster.say('anna', 'said after all')
  await ground.start({ role: 'worker' })
  await ground.workedOff()
  expect(sink.hits.map((hit) => hit.object)).toEqual([uri])
}, 60_000)

test('R-003: a crash right after the commit leaves both', async () => {
  const poster = await ground.poster()
  await poster.sayAndDie('anna', 'said with a last breath')
  await eventually(async () => expect(sink.hits).toHaveLength(2))
  const post = await ground.db
    .selectFrom('post')
    .select('uri')
    .where('source', '=', 'said with a last breath')
    .executeTakeFirst()
  expect(sink.hits.at(-1)?.object).toBe(post?.uri)
}, 60_000)

async function postersIn({ db }: Ground): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    SELECT count(*)::int AS n FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'weft test poster'`.execute(db)
  return rows[0]?.n ?? 0
}

import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { AccountId } from '../src/base/ids.ts'
import type { LocalAccount } from '../src/domain/accounts/account.ts'
import { findAccount } from '../src/domain/accounts/find.ts'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { updateAccount } from '../src/domain/accounts/update.ts'
import { publishPost } from '../src/domain/posts/publish.ts'
import { appOf } from './support/app.ts'
import { cpuEach } from './support/cpu.ts'
import { openListeners } from './support/listeners.ts'
import { median, percentile, spread, verdict } from './support/machine.ts'
import { startBenchServer } from './support/server.ts'

// Two thousand open event streams: first all on one outbox, by as many readers, then each on the inbox of another follower.
// How much memory they take, and how long after the commit of a post every one of them has it, whole. The post is said by
// another process, as if by a second server.
const STREAMS = Number(process.env.STREAMS ?? 2000)
const POSTS = Number(process.env.POSTS ?? 30)
const PATIENCE_MS = 20_000

await using server = await startBenchServer()
const { house, db } = server
const { world } = house
const anna = await registerAccount(world, { name: 'anna' })
const people = await readers(STREAMS)
const tokens = await oneByOne(people, (person) => appOf(server, person))

const shapes = [
  { name: 'one outbox', pathOf: () => pathOf(world.uris.outbox(anna.id)), follows: false },
  { name: 'inboxes', pathOf: (reader: LocalAccount) => pathOf(world.uris.inbox(reader.id)), follows: true },
]
for (const { name, pathOf: path, follows } of shapes) {
  if (follows) await followAnna()
  const asked = people.map((reader, at) => ({
    path: path(reader),
    authorization: tokens[at]?.authorization ?? '',
  }))
  await warmUp(asked.slice(0, 500))
  const before = server.rss()
  using listeners = await openListeners(server.origin, asked)
  await settled()
  const opened = server.rss()
  const used = server.cpu()
  const rounds: { last: number; each: readonly number[] }[] = []
  for (let n = 0; n < POSTS; n++) {
    const word = `walk-${name.length}-${n}`
    const text = `A ${word} along the river this morning, with fog over the meadows and two herons.`
    const heard = listeners.heardBy(word, PATIENCE_MS)
    const began = performance.now()
    await publishPost(world, anna, { text, visibility: 'public', language: 'en' })
    const committed = performance.now() - began
    const each = (await heard).map((ms) => ms - committed)
    rounds.push({ last: Math.max(...each), each })
    await sleep(100)
  }
  const cost = cpuEach(used, server.cpu(), POSTS * listeners.count)
  const more = (Math.max(opened, server.rss()) - before) / 1024 ** 2
  const last = rounds.map((round) => round.last)
  const p99 = percentile(
    rounds.flatMap(({ each }) => [...each]),
    0.99,
  )
  console.log(
    `${name}: ${listeners.count} streams, ${more.toFixed(0)} MiB more; ${POSTS} posts, the last reader after ` +
      `${spread(last)} ms, p99 of all ${p99.toFixed(0)} ms, ${(cost.sum * 1000).toFixed(1)} µs CPU for each that hears, ${(cost.postgres * 1000).toFixed(1)} of it PostgreSQL’s`,
  )
  verdict(`${name}, memory`, more, more <= 100, `≤ 100 MiB more for ${STREAMS} streams`)
  verdict(`${name}, at all of them`, percentile(last, 0.99), percentile(last, 0.99) <= 300, '≤ 300 ms p99')
}

// What an app of nobody costs: a change of a profile while nobody listens any more, and while nobody ever did.
const costs: number[] = []
for (const topics of ['left', 'none']) {
  if (topics === 'none') await sql`DELETE FROM event_topic`.execute(db)
  const times: number[] = []
  for (let n = 0; n < 200; n++) {
    const began = performance.now()
    await updateAccount(world, anna, { displayName: `Anna ${n}` })
    times.push(performance.now() - began)
  }
  costs.push(median(times))
}
console.log(`a change of a profile: ${spread(costs, 2)} ms, with and without what is still listened to`)

function pathOf(uri: string): string {
  return `${new URL(uri).pathname}/events`
}

/** Whatever is loaded and compiled for the first streams is no stream's. */
async function warmUp(asked: Parameters<typeof openListeners>[1]): Promise<void> {
  {
    using few = await openListeners(server.origin, asked)
    for (let n = 0; n < 5; n++) {
      const heard = few.heardBy(`warm-${n}`, PATIENCE_MS)
      await publishPost(world, anna, { text: `warm-${n} words`, visibility: 'public', language: 'en' })
      await heard
    }
  }
  await settled()
}

/** Memory is looked at when there is nothing more to be tidied up at once. */
async function settled(): Promise<void> {
  await sleep(3000)
}

/** People here without keys of their own, who only read. */
async function readers(count: number): Promise<LocalAccount[]> {
  const ids = Array.from({ length: count }, () => world.ids.next<AccountId>())
  await sql`
    INSERT INTO account (id, local, uri, name)
    SELECT id, true, ${`${world.uris.origin}/ap/actors/`} || id, 'reader' || id
    FROM unnest(${ids}::bigint[]) AS t (id)`.execute(db)
  await sql`INSERT INTO account_stat (account_id) SELECT unnest(${ids}::bigint[])`.execute(db)
  await sql`INSERT INTO login (account_id) SELECT unnest(${ids}::bigint[])`.execute(db)
  return oneByOne(ids, async (id) => (await findAccount(db, id)) as LocalAccount)
}

async function oneByOne<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (const item of items) done.push(await work(item))
  return done
}

async function followAnna(): Promise<void> {
  const ids = people.map(({ id }) => id)
  await sql`
    INSERT INTO follow (followed_id, follower_id, id, uri, state, followed_local, follower_local, accepted_at)
    SELECT ${anna.id}::bigint, id, id, ${`${world.uris.origin}/ap/activities/`} || id, 'accepted', true, true, now()
    FROM unnest(${ids}::bigint[]) AS t (id)`.execute(db)
}

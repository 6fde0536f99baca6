import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { AccountId } from '../src/base/ids.ts'
import type { LocalAccount } from '../src/domain/accounts/account.ts'
import { findAccount } from '../src/domain/accounts/find.ts'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { publishPost } from '../src/domain/posts/publish.ts'
import { appOf } from './support/app.ts'
import { cpuEach } from './support/cpu.ts'
import { openListeners, SOCKET } from './support/listeners.ts'
import { percentile, spread, verdict } from './support/machine.ts'
import { startBenchServer } from './support/server.ts'

// Five thousand WebSockets of apps: first each on the home of another follower of one author, whose homes are written by
// jobs, then all on the public stream. How much memory they take, and how long after its commit a post is at every one of
// them. The post is said by another process, as if by a second server.
const SOCKETS = Number(process.env.SOCKETS ?? 5000)
const POSTS = Number(process.env.POSTS ?? 20)
const PATIENCE_MS = 30_000

await using server = await startBenchServer()
const { house, db } = server
const { world } = house
const anna = await registerAccount(world, { name: 'anna' })
const people = await readers(SOCKETS)
const tokens: string[] = []
for (const person of people) tokens.push((await appOf(server, person)).authorization ?? '')
await followAnna()

for (const stream of ['user', 'public']) {
  const asked = tokens.map((authorization) => ({
    path: `/api/v1/streaming?stream=${stream}`,
    authorization,
  }))
  await warmUp(asked.slice(0, 500))
  const before = server.rss()
  using listeners = await openListeners(server.origin, asked, SOCKET)
  await sleep(3000)
  const opened = server.rss()
  const used = server.cpu()
  const rounds: { last: number; each: readonly number[] }[] = []
  for (let n = 0; n < POSTS; n++) {
    const word = `walk-${stream}-${n}-end`
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
  const idle = server.cpu()
  await sleep(10_000)
  const idleCost = cpuEach(idle, server.cpu(), 10)
  const more = (Math.max(opened, server.rss()) - before) / 1024 ** 2
  const last = rounds.map((round) => round.last)
  const p99 = percentile(
    rounds.flatMap(({ each }) => [...each]),
    0.99,
  )
  console.log(
    `${stream}: ${listeners.count} sockets, ${more.toFixed(0)} MiB more; ${POSTS} posts, the last reader after ` +
      `${spread(last)} ms, p99 of all ${p99.toFixed(0)} ms, ${(cost.sum * 1000).toFixed(1)} µs CPU for each that hears, ` +
      `${(cost.postgres * 1000).toFixed(1)} of it PostgreSQL’s; when nothing happens ${idleCost.sum.toFixed(0)} ms CPU a second, ` +
      `${idleCost.postgres.toFixed(0)} of it PostgreSQL’s`,
  )
  verdict(`${stream}, memory`, more, more <= 200, `≤ 200 MiB more for ${SOCKETS} sockets`)
  verdict(`${stream}, at all of them`, p99, p99 <= 500, '≤ 500 ms p99')
}

/** Whatever is loaded and compiled for the first sockets is no socket's. */
async function warmUp(asked: Parameters<typeof openListeners>[1]): Promise<void> {
  {
    using few = await openListeners(server.origin, asked, SOCKET)
    await sleep(500)
    for (let n = 0; n < 5; n++) {
      const heard = few.heardBy(`warm-${n}-end`, PATIENCE_MS)
      await publishPost(world, anna, { text: `warm-${n}-end words`, visibility: 'public', language: 'en' })
      await heard
    }
  }
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
  const found: LocalAccount[] = []
  for (const id of ids) found.push((await findAccount(db, id)) as LocalAccount)
  return found
}

async function followAnna(): Promise<void> {
  const ids = people.map(({ id }) => id)
  await sql`
    INSERT INTO follow (followed_id, follower_id, id, uri, state, followed_local, follower_local, accepted_at)
    SELECT ${anna.id}::bigint, id, id, ${`${world.uris.origin}/ap/activities/`} || id, 'accepted', true, true, now()
    FROM unnest(${ids}::bigint[]) AS t (id)`.execute(db)
}

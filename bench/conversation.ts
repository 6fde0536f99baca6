import { setTimeout as sleep } from 'node:timers/promises'
import { wantThread } from '../src/domain/crawls/want.ts'
import { median, spread, verdict } from './support/machine.ts'
import { startBenchServer } from './support/server.ts'
import { startTree } from './support/tree.ts'

// A tree of 500 replies on 50 hosts, of which one hangs: from somebody's look at its root to all that can be had.
const HOSTS = 50
const DIRECT = 100
const BELOW = 4
const LATENCY_MS = 50
const FIRST_PAGE = 20
const ROUNDS = 3
const PATIENCE_MS = 60_000

const firsts: number[] = []
const wholes: number[] = []
const mosts: number[] = []
for (let round = 0; round < ROUNDS; round++) await once()

console.log(`first page after ${spread(firsts)} ms, whole after ${spread(wholes)} ms`)
verdict('first page of replies', median(firsts), median(firsts) <= 2000, '≤ 2,000 ms')
verdict('the whole tree', median(wholes), median(wholes) <= 15_000, '≤ 15,000 ms')
verdict('requests in flight to a host', Math.max(...mosts), Math.max(...mosts) <= 4, '≤ 4')

/** A server of its own each time: what it learned of people and hosts before would be half the work. */
async function once(): Promise<void> {
  await using tree = await startTree({
    hosts: HOSTS,
    direct: DIRECT,
    below: BELOW,
    authorsPerHost: 4,
    latencyMs: LATENCY_MS,
  })
  await using server = await startBenchServer()
  const post = await server.house.resolvePost(tree.root)
  if (!post) throw new Error('the root cannot be had')
  const before = server.cpu()
  const began = performance.now()
  await wantThread(server.house.world, post.id, undefined, { insist: true })
  const wanted = tree.replies - tree.lost
  let first = 0
  for (;;) {
    const here = await joined()
    const now = performance.now() - began
    if (first === 0 && here.direct >= FIRST_PAGE) first = now
    if (here.all >= wanted) break
    if (now > PATIENCE_MS) throw new Error(`only ${here.all} of ${wanted} came`)
    await sleep(20)
  }
  const whole = performance.now() - began
  const used = server.cpu()
  firsts.push(first)
  wholes.push(whole)
  mosts.push(tree.mostAtOnce)
  const kinds = [...tree.kinds].map(([kind, count]) => `${count} ${kind}`).join(', ')
  console.log(
    `${wanted} of ${tree.replies} replies: first page ${Math.round(first)} ms, whole ${Math.round(whole)} ms, ` +
      `${tree.requests} requests (${kinds}), ${tree.mostAtOnce} at once at most; CPU per reply ` +
      `${((used.server - before.server) / wanted).toFixed(1)} ms and ${((used.postgres - before.postgres) / wanted).toFixed(1)} ms of PostgreSQL`,
  )

  async function joined(): Promise<{ direct: number; all: number }> {
    const rows = await server.db
      .selectFrom('post')
      .select((eb) => [
        eb.fn.countAll<string>().as('all'),
        eb.fn
          .countAll<string>()
          .filterWhere('in_reply_to_id', '=', post?.id ?? null)
          .as('direct'),
      ])
      .where('in_reply_to_id', 'is not', null)
      .where('conversation_id', '=', post?.id ?? null)
      .executeTakeFirstOrThrow()
    return { direct: Number(rows.direct), all: Number(rows.all) }
  }
}

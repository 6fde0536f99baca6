import { setTimeout as sleep } from 'node:timers/promises'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { rememberActor } from '../../src/domain/accounts/remember.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { cpuEach } from './cpu.ts'
import { actorOf } from './people.ts'
import type { BenchServer } from './server.ts'
import type { Sink } from './sink.ts'

/** Makes an account followed by one person on each of these origins. */
export async function followFrom(
  server: BenchServer,
  followed: LocalAccount,
  origins: readonly string[],
): Promise<void> {
  const { world } = server.house
  for (const [n, origin] of origins.entries()) {
    const follower = await rememberActor(world, actorOf(`f${n}`, origin, [], { handleVerified: false }))
    await requestFollow(world, follower, followed, `${follower.uri}#follow`)
  }
}

/** Waits until nothing is due any more, or until `patienceMs` is over: hosts that fail are due again later. */
export async function quiet(server: BenchServer, patienceMs = 60_000): Promise<void> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const due = await server.db
      .selectFrom('host_queue')
      .select('host_id')
      .where('due_at', '<=', new Date())
      .limit(1)
      .executeTakeFirst()
    const job = await server.db.selectFrom('job').select('id').limit(1).executeTakeFirst()
    if ((!due && !job) || performance.now() > deadline) return
    await sleep(50)
  }
}

export interface FanOutRound {
  /** from the moment the post was accepted to the last delivery */
  readonly lastMs: number
  readonly perSecond: number
  readonly cpu: ReturnType<typeof cpuEach>
}

/** One post to everyone, measured at the far end. */
export async function postAndWait(
  server: BenchServer,
  author: LocalAccount,
  sinks: readonly Sink[],
  expected: number,
): Promise<FanOutRound> {
  for (const sink of sinks) sink.reset()
  const before = server.cpu()
  await publishPost(server.house.world, author, {
    text: `To everyone. ${'x'.repeat(300)}`,
    visibility: 'public',
    language: 'en',
  })
  const posted = performance.now()
  const total = () => sinks.reduce((sum, sink) => sum + sink.count, 0)
  while (total() < expected) {
    await sleep(5)
    if (performance.now() - posted > 120_000) throw new Error(`only ${total()} of ${expected} came`)
  }
  const lastMs = Math.max(...sinks.map((sink) => sink.lastAt)) - posted
  // What is left of it, the settling, belongs to it.
  await sleep(200)
  return { lastMs, perSecond: (expected / lastMs) * 1000, cpu: cpuEach(before, server.cpu(), expected) }
}

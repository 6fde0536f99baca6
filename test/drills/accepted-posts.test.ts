import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningProcess } from '../support/process.ts'
import { type Dice, throwDice } from './support/dice.ts'
import { giveFollowers } from './support/followers.ts'
import { breakGround, type Ground } from './support/ground.ts'
import type { Post, Poster } from './support/posting.ts'
import { type Sink, startSink } from './support/sink.ts'

const HOSTS = 12
const EACH = 3
const KILLS = 22
/** What a worker may have sent and not yet written down when it dies. */
const IN_FLIGHT = 512

let ground: Ground
let sink: Sink
beforeAll(async () => {
  ;[ground, sink] = await Promise.all([breakGround(), startSink(HOSTS)])
}, 60_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await sink?.[Symbol.asyncDispose]()
})

type Victim = 'web' | 'worker one' | 'worker two' | 'poster'

test('R-001: every post that was accepted reaches every inbox once, whoever is killed and whenever', {
  timeout: 240_000,
}, async () => {
  const dice = throwDice('R-001')
  await ground.cli('account', 'create', 'anna')
  await giveFollowers(ground.db, 'anna', sink.inboxes(EACH))
  sink.answer(async () => {
    await sleep(dice.between(0, 30))
    return { status: 202 }
  })
  await using server = await startAll(ground)
  const kills: Victim[] = []
  while (kills.length < KILLS) {
    // Somewhere in what follows, and never while nothing is going on.
    await sink.hitTimes(sink.hits.length + dice.whole(1, 120))
    await sleep(dice.between(0, 50))
    if (kills.length % 6 === 5) kills.push(...(await killBeforeDispatch(server)))
    else kills.push(await killOne(server, dice))
  }
  const accepted = await server.finish()
  await ground.workedOff()

  // Some were committed without anybody being told; they count as well.
  const posts = await ground.db.selectFrom('post').select('uri').where('local', '=', true).execute()
  const uris = posts.map((post) => post.uri)
  expect(accepted.length).toBeGreaterThan(10)
  expect(accepted.map((post) => post.uri).filter((uri) => !uris.includes(uri))).toEqual([])
  expect(missingIn(sink, uris)).toEqual([])
  const workers = kills.filter((victim) => victim.startsWith('worker')).length
  console.log(
    `R-001: ${kills.length} kills (${workers} of workers), ${accepted.length} posts accepted of ${uris.length}, ` +
      `${sink.hits.length} requests, ${sink.repeats} repeats`,
  )
  expect(sink.repeats).toBeLessThanOrEqual(IN_FLIGHT * workers)
  expect(await ground.cli('deliveries', 'failed')).toEqual([])
})

/** The pairs of inbox and post that had not exactly one Create. */
function missingIn({ hits, inboxes }: Sink, uris: readonly string[]): string[] {
  const had = new Map<string, Set<string>>()
  for (const { inbox, object, id } of hits) {
    const key = `${inbox} ${object}`
    had.set(key, (had.get(key) ?? new Set()).add(id))
  }
  return inboxes(EACH)
    .flatMap((inbox) => uris.map((uri) => `${inbox} ${uri}`))
    .filter((key) => had.get(key)?.size !== 1)
}

/** A web process, two workers, and somebody who never stops posting; each is started anew as soon as it is dead. */
async function startAll(on: Ground) {
  const accepted: Post[] = []
  const running: Partial<Record<Exclude<Victim, 'poster'>, RunningProcess>> = {}
  let poster: Poster | undefined
  let stopped = false
  const begin = async (name: Exclude<Victim, 'poster'>) => {
    running[name] = await on.start({ role: name === 'web' ? 'web' : 'worker', waits: false })
  }
  await Promise.all([begin('web'), begin('worker one'), begin('worker two')])
  const posting = post()
  return {
    accepted,
    /** Kills it as `how` says, which is with the signal unless told; it comes back by itself. */
    async kill(name: Victim) {
      if (name === 'poster') return poster?.kill()
      await running[name]?.end('SIGKILL')
    },
    begin,
    async finish() {
      stopped = true
      await posting
      return accepted
    },
    async [Symbol.asyncDispose]() {
      stopped = true
      await poster?.kill()
      await posting
    },
  }

  async function post(): Promise<void> {
    for (let n = 0; !stopped; n++) {
      try {
        poster ??= await on.poster()
        accepted.push(await poster.say('anna', `number ${n}`))
        await sleep(20)
      } catch {
        poster = undefined
      }
    }
  }
}

type Server = Awaited<ReturnType<typeof startAll>>

async function killOne(server: Server, dice: Dice): Promise<Victim> {
  const victim = dice.pick<Victim>(['worker one', 'worker two', 'worker one', 'worker two', 'web', 'poster'])
  await server.kill(victim)
  if (victim !== 'poster') await server.begin(victim)
  return victim
}

/** Nobody is there to dispatch what is committed now; then whoever committed it dies as well. */
async function killBeforeDispatch(server: Server): Promise<Victim[]> {
  const workers = ['worker one', 'worker two'] as const
  await Promise.all(workers.map((worker) => server.kill(worker)))
  const before = server.accepted.length
  while (server.accepted.length < before + 2) await sleep(5)
  await server.kill('poster')
  await Promise.all(workers.map((worker) => server.begin(worker)))
  return [...workers, 'poster']
}

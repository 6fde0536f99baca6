import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { throwDice } from './support/dice.ts'
import { giveFollowers } from './support/followers.ts'
import { breakGround, type Ground } from './support/ground.ts'
import { type Sink, startSink } from './support/sink.ts'

const HOSTS = 1000
const EACH = 5
const KILLS = 5
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

test('R-002: a worker killed five times during a fan-out to 5,000 inboxes loses none of them', {
  timeout: 180_000,
}, async () => {
  const dice = throwDice('R-002')
  await ground.cli('account', 'create', 'anna')
  const inboxes = sink.inboxes(EACH)
  await giveFollowers(ground.db, 'anna', inboxes)
  // An answer takes as long as it does at a real server, so that there is something to be killed.
  sink.answer(async () => {
    await sleep(dice.between(0, 40))
    return { status: 202 }
  })

  const [post] = await ground.cli('post', 'anna', 'to everyone')
  const had = new Set<string>()
  for (let kill = 0; kill < KILLS; kill++) {
    const worker = await ground.start({ role: 'worker' })
    const before = sink.hits.length
    // The first dies over the expansion, the others anywhere in what is left.
    if (kill === 0) await sleep(dice.between(0, 60))
    else await sink.hitTimes(before + dice.whole(50, (inboxes.length - before) / 2))
    await worker.end('SIGKILL')
    for (const hit of sink.hits) had.add(hit.inbox)
    expect(had.size, 'it was killed while there was work left').toBeLessThan(inboxes.length)
  }
  await ground.start({ role: 'worker' })
  await ground.workedOff()

  const ids = new Set(sink.hits.map((hit) => hit.id))
  expect(ids.size, 'one activity').toBe(1)
  expect(new Set(sink.hits.map((hit) => hit.object))).toEqual(new Set([post?.uri]))
  expect(inboxes.filter((inbox) => sink.at(inbox).size !== 1)).toEqual([])
  console.log(`R-002: ${KILLS} kills, ${sink.hits.length} requests, ${sink.repeats} repeats`)
  expect(sink.repeats).toBeLessThanOrEqual(IN_FLIGHT * KILLS)
  expect(await ground.cli('deliveries', 'failed')).toEqual([])
})

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningProcess } from '../support/process.ts'
import { type Dice, throwDice } from './support/dice.ts'
import { giveFollowers } from './support/followers.ts'
import { breakGround, type Ground } from './support/ground.ts'
import type { Poster } from './support/posting.ts'
import { letWaitsPass, waitingIn } from './support/queue.ts'
import { type Hit, type Reply, type Sink, startSink } from './support/sink.ts'

const HOSTS = 5
const EACH = 2
const POSTS = 40
const KILLS = 4
/** How often they change after everything is said. */
const ROUNDS = 30

let ground: Ground
let sink: Sink
beforeAll(async () => {
  ;[ground, sink] = await Promise.all([breakGround(), startSink(HOSTS)])
  await ground.cli('account', 'create', 'anna')
  await giveFollowers(ground.db, 'anna', sink.inboxes(EACH))
}, 60_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await sink?.[Symbol.asyncDispose]()
})

test('R-014: what was edited ends as it was last said, what was deleted ends deleted, at hosts that come and go', {
  timeout: 240_000,
}, async () => {
  const dice = throwDice('R-014')
  const peers = createPeers()
  const moods = flap(dice, peers)
  moods.change()
  sink.answer(moods.answer)
  let worker = await ground.start({ role: 'worker' })
  await using poster = await ground.poster()
  const lives = Array.from({ length: POSTS }, (_, n) => live(poster, dice, n))
  let kills = 0
  let rounds = 0
  const all = Promise.all(lives).then((ended) => ({ ended }))
  for (;;) {
    const done = await Promise.race([all, sleep(dice.between(50, 400))])
    moods.change()
    await letWaitsPass(ground.db)
    if (kills < KILLS && dice.between(0, 1) < 0.2) {
      worker = await killAndWait(worker, dice)
      kills++
    }
    if (done && ++rounds > ROUNDS) break
  }
  moods.calm()
  while ((await waiting()) > 0) await letWaitsPass(ground.db)

  const { ended } = await all
  const wrong = sink
    .inboxes(EACH)
    .flatMap((inbox) =>
      ended
        .filter(({ uri, text }) => peers.shows(inbox, uri) !== text)
        .map(({ uri, text }) => `${inbox} shows ${peers.shows(inbox, uri)} and not ${text} of ${uri}`),
    )
  console.log(
    `R-014: ${kills} kills, ${sink.hits.length} requests, ${peers.refused} refused, ${peers.cut} taken and cut`,
  )
  expect(wrong).toEqual([])
  expect(peers.late, 'nothing is heard of a post after its deletion').toEqual([])
  expect(await ground.cli('deliveries', 'failed')).toEqual([])
})

test('R-014: what was set aside and deleted since is not brought back by trying again', {
  timeout: 60_000,
}, async () => {
  sink.answer(() => ({ status: 403 }))
  const [post] = await ground.cli('post', 'anna', 'not wanted')
  while ((await ground.db.selectFrom('dead_delivery').select('id').execute()).length < HOSTS * EACH) {
    await letWaitsPass(ground.db)
  }
  sink.answer(() => ({ status: 202 }))
  await ground.cli('unpost', String(post?.url))
  await ground.workedOff()
  const before = sink.hits.length
  await ground.cli('deliveries', 'retry', '--all')
  const [another] = await ground.cli('post', 'anna', 'something else')
  await ground.workedOff()
  expect(sink.hits.slice(before).map((hit) => hit.object)).toEqual(
    Array.from({ length: HOSTS * EACH }, () => another?.uri),
  )
})

/** Says something, changes it twice, and half of the time deletes it; resolves with what should be seen in the end. */
async function live(
  poster: Poster,
  dice: Dice,
  n: number,
): Promise<{ uri: string; text: string | undefined }> {
  await sleep(dice.between(0, 4000))
  const { id, uri } = await poster.say('anna', `${n}: first`)
  for (const word of ['second', 'third']) {
    await sleep(dice.pick([0, 0, 30, 300, 1500]))
    await poster.edit('anna', id, `${n}: ${word}`)
  }
  if (n % 2 === 0) return { uri, text: `${n}: third` }
  await sleep(dice.pick([0, 0, 30, 300, 1500]))
  await poster.remove('anna', id)
  return { uri, text: undefined }
}

/** Work piles up for a while before the next one begins. */
async function killAndWait(worker: RunningProcess, dice: Dice): Promise<RunningProcess> {
  await worker.end('SIGKILL')
  await sleep(dice.between(0, 700))
  return ground.start({ role: 'worker' })
}

/** Servers that believe whatever they are told, in the order in which they are told. */
function createPeers() {
  const shown = new Map<string, string>()
  const deleted = new Set<string>()
  const late: string[] = []
  return {
    late,
    refused: 0,
    cut: 0,
    take({ inbox, object, type, content }: Hit): void {
      const key = `${inbox} ${object}`
      if (type !== 'Delete' && deleted.has(key)) late.push(`${type} ${key}`)
      if (type === 'Create' && !shown.has(key)) shown.set(key, content)
      if (type === 'Update' && shown.has(key)) shown.set(key, content)
      if (type === 'Delete') {
        shown.delete(key)
        deleted.add(key)
      }
    },
    shows: (inbox: string, uri: string) => shown.get(`${inbox} ${uri}`)?.replace(/<[^>]*>/g, ''),
  }
}

type Mood = 'well' | 'busy' | 'broken' | 'forgetful' | 'gone' | 'half'

const MOODS: readonly Mood[] = ['well', 'busy', 'broken', 'forgetful', 'forgetful', 'gone', 'half', 'half']

/** Each host is in some mood or other, and changes it. */
function flap(dice: Dice, peers: ReturnType<typeof createPeers>) {
  const moods = new Map<number, Mood>()
  const change = (mood: () => Mood) => {
    for (let host = 0; host < HOSTS; host++) moods.set(host, mood())
  }
  return {
    change: () => change(() => dice.pick(MOODS)),
    calm: () => change(() => 'well'),
    answer(hit: Hit): Reply {
      const mood = moods.get(hit.host) ?? 'well'
      if (mood === 'busy') return refuse({ status: 503 })
      if (mood === 'broken') return refuse({ status: 500 })
      if (mood === 'gone') return refuse({ reset: 'before' })
      if (mood === 'half' && hit.inbox.endsWith('/0/inbox')) return refuse({ status: 500 })
      peers.take(hit)
      if (mood !== 'forgetful') return { status: 202 }
      // It took it, and nobody will ever know.
      peers.cut++
      return dice.pick<Reply>([{ status: 500 }, { status: 504 }, { reset: 'before' }])
    },
  }

  function refuse(reply: Reply): Reply {
    peers.refused++
    return reply
  }
}

async function waiting(): Promise<number> {
  const { job, delivery } = await waitingIn(ground.db)
  return job + delivery
}

import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Json, type Peer, type Person, startPeer } from '../support/peer.ts'
import type { RunningProcess } from '../support/process.ts'
import { eventually } from '../support/weft.ts'
import { block } from './support/blocking.ts'
import { throwDice } from './support/dice.ts'
import { breakGround, type Ground } from './support/ground.ts'

const COPIES = 10
const KILLS = 6
const NOTES = 60

let ground: Ground
let peer: Peer
let server: RunningProcess
let bob: Person
let anna: { readonly uri: string; readonly inbox: string }
let parent: string
beforeAll(async () => {
  ;[ground, peer] = await Promise.all([breakGround(), startPeer()])
  server = await ground.start()
  const [account] = await ground.cli('account', 'create', 'anna')
  anna = { uri: String(account?.actor), inbox: `${account?.actor}/inbox` }
  bob = await peer.person('bob')
  await ground.cli('follow', 'anna', `@${bob.handle}`)
  const follow = await bob.receives('Follow', 30_000)
  await bob.post(anna.inbox, bob.accept(follow))
  const [post] = await ground.cli('post', 'anna', 'to be answered')
  parent = String(post?.uri)
  await ground.workedOff()
}, 120_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await peer?.stop()
})

test('R-005: ten copies at once, and a server killed in the middle of them, have one effect', {
  timeout: 90_000,
}, async () => {
  const note = replyFrom(bob, 'said once')
  {
    await using homes = await block(ground.db, 'home_entry')
    expect(await copiesOf(bob.create(note))).toEqual(Array(COPIES).fill(202))
    // The post is written and not committed: now.
    await homes.waitedFor(1)
    await server.end('SIGKILL')
  }
  server = await ground.start()
  await eventually(async () => expect(await effectsOf(note)).toEqual(ONCE))
  expect(await copiesOf(bob.create(note))).toEqual(Array(COPIES).fill(202))
  await ground.workedOff()
  expect(await effectsOf(note)).toEqual(ONCE)
})

test('R-005: a Follow whose handler is killed is one follow and one Accept', {
  timeout: 90_000,
}, async () => {
  const carol = await peer.person('carol')
  const follow = carol.follow(anna.uri)
  {
    await using jobs = await block(ground.db, 'job')
    const answers = Promise.all(Array.from({ length: COPIES }, () => carol.post(anna.inbox, follow)))
    expect((await answers).map((answer) => answer.status)).toEqual(Array(COPIES).fill(202))
    await jobs.waitedFor(1)
    await server.end('SIGKILL')
  }
  server = await ground.start()
  await carol.receives('Accept', 30_000)
  await ground.workedOff()
  const accepts = carol.received.filter((activity) => activity.type === 'Accept')
  expect(new Set(accepts.map((accept) => accept.id)).size).toBe(1)
  const follows = await ground.db
    .selectFrom('follow')
    .select('state')
    .where('uri', '=', String(follow.id))
    .execute()
  expect(follows).toEqual([{ state: 'accepted' }])
})

test('R-005: whatever was answered 202 took effect once, however often the server was killed', {
  timeout: 180_000,
}, async () => {
  const dice = throwDice('R-005')
  const before = await countsOf(bob)
  const notes = Array.from({ length: NOTES }, (_, n) => replyFrom(bob, `number ${n}`))
  let answered = 0
  const sending = Promise.all(
    notes.flatMap((note) => {
      const create = bob.create(note)
      return Array.from({ length: dice.whole(1, 4) }, async () => {
        // Not all at the same moment, and again as any server would until it is taken.
        await sleep(dice.between(0, 6000))
        while (!(await isTaken(create))) await sleep(50)
        answered++
      })
    }),
  )
  for (let kill = 0; kill < KILLS; kill++) {
    const next = answered + dice.whole(1, NOTES / KILLS)
    await eventually(async () => expect(answered).toBeGreaterThanOrEqual(next), 75_000)
    await sleep(dice.between(0, 30))
    await server.end('SIGKILL')
    server = await ground.start()
  }
  await sending
  await ground.workedOff()
  for (const note of notes) expect(await effectsOf(note)).toEqual(ONCE)
  const after = await countsOf(bob)
  expect(after.posts - before.posts).toBe(NOTES)
  expect(after.replies - before.replies).toBe(NOTES)
  expect(await ground.cli('deliveries', 'failed')).toEqual([])
  console.log(`R-005: ${KILLS} kills, ${answered} requests answered 202 for ${NOTES} posts`)
})

/** Names anna and answers her: it is stored, counted, notified of and put into her home. */
function replyFrom(person: Person, text: string): Json {
  return person.note(text, {
    inReplyTo: parent,
    cc: [anna.uri, person.followers],
    tag: [{ type: 'Mention', href: anna.uri, name: '@anna' }],
  })
}

/** Half to her own inbox, half to the shared one. */
async function copiesOf(create: Json): Promise<number[]> {
  const doors = [anna.inbox, `${ground.origin}/ap/inbox`]
  const answers = Array.from({ length: COPIES }, (_, n) => bob.post(doors[n % 2] ?? '', create))
  return (await Promise.all(answers)).map((answer) => answer.status)
}

async function isTaken(create: Json): Promise<boolean> {
  const answer = await bob.post(anna.inbox, create).catch(() => undefined)
  if (answer !== undefined && answer.status !== 202) expect(answer.status).toBe(503)
  return answer?.status === 202
}

const ONCE = { posts: 1, mentions: 1, homes: 1, notifications: 1 }

async function effectsOf(note: Json): Promise<typeof ONCE | undefined> {
  const { rows } = await sql<typeof ONCE>`
    WITH p AS (SELECT id FROM post WHERE uri = ${String(note.id)})
    SELECT (SELECT count(*)::int FROM p) AS posts,
      (SELECT count(*)::int FROM mention m JOIN p ON p.id = m.post_id) AS mentions,
      (SELECT count(*)::int FROM home_entry h JOIN p ON p.id = h.post_id) AS homes,
      (SELECT count(*)::int FROM notification n JOIN p ON p.id = n.post_id) AS notifications`.execute(
    ground.db,
  )
  return rows[0]
}

async function countsOf(person: Person): Promise<{ posts: number; replies: number }> {
  const { rows } = await sql<{ posts: number; replies: number }>`
    SELECT (SELECT posts FROM account_stat s JOIN account a ON a.id = s.account_id WHERE a.uri = ${person.uri}) AS posts,
      (SELECT replies FROM post_stat s JOIN post p ON p.id = s.post_id WHERE p.uri = ${parent}) AS replies`.execute(
    ground.db,
  )
  return { posts: rows[0]?.posts ?? 0, replies: rows[0]?.replies ?? 0 }
}

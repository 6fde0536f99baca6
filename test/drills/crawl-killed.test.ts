import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wantThread } from '../../src/domain/crawls/want.ts'
import { type Json, type Peer, type Person, startPeer } from '../support/peer.ts'
import { eventually } from '../support/weft.ts'
import { testWorld } from '../support/world.ts'
import { breakGround, type Ground } from './support/ground.ts'

const REPLIES = 60
const HOSTS = ['a.localhost', 'b.localhost', 'c.localhost']
const PATIENCE_MS = 60_000

let ground: Ground
let peer: Peer
let people: Person[]
beforeAll(async () => {
  ;[ground, peer] = await Promise.all([breakGround(), startPeer()])
  people = await Promise.all(HOSTS.map((host, n) => peer.person(`p${n}`, { host })))
}, 120_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await peer?.stop()
})

/** How many of the tree stand where they belong. */
async function joined(): Promise<number> {
  const rows = await ground.db
    .selectFrom('post')
    .select('id')
    .where('in_reply_to_id', 'is not', null)
    .execute()
  return rows.length
}

test('R-002: a tree that is being fetched while its worker is killed, again and again, becomes whole, and only what was under way is asked for again', {
  timeout: 180_000,
}, async () => {
  const old = { published: '2026-01-01T10:00:00Z' }
  const [first] = people
  if (!first) throw new Error('nobody is there')
  const root = first.note('the root', old)
  const answers: Json[] = []
  const asks = new Map<string, number>()
  const slowly = (note: Json) =>
    peer.answer(String(note.id), () => {
      asks.set(String(note.id), (asks.get(String(note.id)) ?? 0) + 1)
      return { body: note, delayMs: 80 }
    })
  for (let n = 0; n < REPLIES; n++) {
    const parent = n < 10 ? root : (answers[n - 10] as Json)
    const note = (people[n % people.length] as Person).note(`answer ${n}`, { ...old, inReplyTo: parent.id })
    answers.push(note)
    slowly(note)
  }
  for (const [n, note] of [root, ...answers].entries()) {
    const below = answers.filter((each) => each.inReplyTo === note.id).map((each) => each.id)
    note.replies = {
      id: `${note.id}/replies/${n}`,
      type: 'Collection',
      first: { type: 'CollectionPage', items: below },
    }
  }

  // Nobody works yet: the look alone is written down.
  await ground.cli('account', 'create', 'reader')
  await ground.cli('post', 'reader', 'an answer from here', '--reply-to', String(root.id))
  const { world, clock } = testWorld(ground.db)
  clock.set(new Date())
  const rootRow = await ground.db
    .selectFrom('post')
    .select('id')
    .where('uri', '=', String(root.id))
    .executeTakeFirstOrThrow()
  expect(await wantThread(world, rootRow.id, undefined, { insist: true })).toBe('begun')

  for (const enough of [5, 20, 40]) {
    const server = await ground.start({ role: 'worker' })
    const deadline = Date.now() + PATIENCE_MS
    while ((await joined()) < enough && Date.now() < deadline) await sleep(5)
    await server.end('SIGKILL')
    await sleep(50)
  }
  await ground.start({ role: 'worker' })
  await eventually(async () => expect(await joined()).toBe(REPLIES + 1), PATIENCE_MS)
  await ground.workedOff()
  const crawl = await ground.db.selectFrom('crawl').selectAll().executeTakeFirstOrThrow()
  expect(crawl).toMatchObject({ waiting: 0, asked: expect.any(Number) })
  expect(crawl.ended_at).not.toBeNull()
  expect(await ground.db.selectFrom('errand').select('id').execute()).toEqual([])

  // Four at once to each of three hosts: so many were under way at each of three deaths, and no more are repeated.
  const repeated = [...asks.values()].reduce((sum, times) => sum + times - 1, 0)
  expect(asks.size).toBe(REPLIES)
  expect(repeated).toBeLessThanOrEqual(3 * 3 * 4)
  for (const note of answers) expect(asks.get(String(note.id))).toBeLessThanOrEqual(4)
})

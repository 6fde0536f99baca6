import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Json, type Peer, type Person, startPeer } from '../support/peer.ts'
import type { RunningProcess } from '../support/process.ts'
import { eventually } from '../support/weft.ts'
import { giveFollowers } from './support/followers.ts'
import { breakGround, type Ground } from './support/ground.ts'
import { letWaitsPass } from './support/queue.ts'
import { type Sink, startSink } from './support/sink.ts'

let ground: Ground
let peer: Peer
let sink: Sink
let server: RunningProcess
let anna: string
beforeAll(async () => {
  ;[ground, peer, sink] = await Promise.all([breakGround(), startPeer(), startSink(3)])
  server = await ground.start()
  const [account] = await ground.cli('account', 'create', 'anna')
  anna = String(account?.actor)
  await giveFollowers(ground.db, 'anna', sink.inboxes(1))
  await plantDefects(ground)
}, 120_000)
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]()
  await peer?.stop()
  await sink?.[Symbol.asyncDispose]()
})

/** A defect as one of ours would be: something in the middle of a handler throws, or never comes to its end. */
async function plantDefects({ db }: Ground): Promise<void> {
  await sql`
    CREATE FUNCTION defect() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_TABLE_NAME = 'post' THEN
        IF NEW.content_html LIKE '%throws%' THEN RAISE EXCEPTION 'a defect'; END IF;
        IF NEW.content_html LIKE '%never ends%' THEN PERFORM pg_sleep(3600); END IF;
      ELSIF EXISTS (SELECT 1 FROM activity a WHERE a.id = NEW.activity_id AND a.body LIKE '%cannot be expanded%') THEN
        RAISE EXCEPTION 'another defect';
      END IF;
      RETURN NEW;
    END $$`.execute(db)
  for (const table of ['post', 'delivery']) {
    await sql`CREATE TRIGGER defect BEFORE INSERT ON ${sql.table(table)} FOR EACH ROW EXECUTE FUNCTION defect()`.execute(
      db,
    )
  }
}

/** Somebody on a host of their own who writes to anna. */
async function writer(host: string): Promise<{ person: Person; writes(text: string): Promise<Json> }> {
  const person = await peer.person('somebody', { host: `${host}.localhost` })
  return {
    person,
    async writes(text) {
      const note = person.note(text, { cc: [anna], tag: [{ type: 'Mention', href: anna, name: '@anna' }] })
      expect((await person.post(`${anna}/inbox`, person.create(note))).status).toBe(202)
      return note
    },
  }
}

const isStored = async (note: Json) =>
  (await ground.db.selectFrom('post').select('id').where('uri', '=', String(note.id)).executeTakeFirst()) !==
  undefined
const stored = (note: Json) =>
  eventually(async () => expect(await isStored(note), String(note.content)).toBe(true), 30_000)

let hanging: Json
test('R-006: a handler that never ends holds up nobody who writes from elsewhere', {
  timeout: 90_000,
}, async () => {
  const [slow, other] = [await writer('slow'), await writer('other')]
  // Met before, so that nothing is asked of their servers in what follows.
  await stored(await slow.writes('hello'))
  await stored(await other.writes('hello'))
  hanging = await slow.writes('this never ends')
  await eventually(async () => expect(await isAsleep()).toBe(true))
  for (let n = 0; n < 20; n++) await stored(await other.writes(`number ${n}`))
  expect(await isAsleep(), 'and it still goes on').toBe(true)
})

test('R-006: what throws is tried again and again, then set aside, where it is seen and tried anew', {
  timeout: 120_000,
}, async () => {
  const odd = await writer('odd')
  const same = await peer.person('neighbour', { host: 'odd.localhost' })
  const poison = await odd.writes('this throws')
  const hello = same.note('hello', { cc: [anna], tag: [{ type: 'Mention', href: anna, name: '@anna' }] })
  await same.post(`${anna}/inbox`, same.create(hello))
  // Its neighbours of the same host, and even of the same batch, go on; so does what it writes later, in the end.
  await stored(hello)
  const later = await odd.writes('this is harmless')

  const tries: number[] = []
  while ((await failed()).length === 0) {
    const attempts = await attemptsOf(poison)
    if (attempts > (tries.at(-1) ?? 0)) tries.push(attempts)
    await letWaitsPass(ground.db)
  }
  expect(tries).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  await stored(later)
  expect(await isStored(poison)).toBe(false)
  const [shown] = await ground.cli('deliveries', 'failed')
  expect(shown).toMatchObject({ kind: 'activity', about: `odd.localhost:${peer.port}`, attempts: 10 })
  expect(shown?.reason).toContain('a defect')
  expect(server.child.exitCode).toBe(null)

  await ground.cli('deliveries', 'retry', String(shown?.id))
  await eventually(async () => expect(await attemptsOf(poison)).toBe(1))
  await sql`DROP TRIGGER defect ON post`.execute(ground.db)
  await letWaitsPass(ground.db)
  await stored(poison)
  expect(await failed()).toEqual([])
})

test('R-006: a job that throws does not hold up the others, and is seen and tried anew as well', {
  timeout: 90_000,
}, async () => {
  const [bad] = await ground.cli('post', 'anna', 'this cannot be expanded')
  const [good] = await ground.cli('post', 'anna', 'this can')
  await eventually(async () => expect(sink.hits.filter((hit) => hit.object === good?.uri)).toHaveLength(3))
  while ((await failed()).length === 0) await letWaitsPass(ground.db)
  expect(await failed()).toMatchObject([{ kind: 'deliver', attempts: 10 }])
  expect(sink.hits.filter((hit) => hit.object === bad?.uri)).toEqual([])
  await sql`DROP TRIGGER defect ON delivery`.execute(ground.db)
  expect(await ground.cli('deliveries', 'retry', '--all')).toEqual([{ retried: 1 }])
  await eventually(async () => expect(sink.hits.filter((hit) => hit.object === bad?.uri)).toHaveLength(3))
})

test('R-006: what never ended was stopped, and takes effect when it can', { timeout: 120_000 }, async () => {
  await eventually(async () => {
    await letWaitsPass(ground.db)
    expect(await isStored(hanging)).toBe(true)
  }, 100_000)
  await ground.workedOff()
  expect(server.child.exitCode).toBe(null)
})

async function isAsleep(): Promise<boolean> {
  const { rows } = await sql<{ busy: boolean }>`
    SELECT EXISTS (SELECT 1 FROM pg_stat_activity
      WHERE datname = current_database() AND state = 'active' AND wait_event = 'PgSleep') AS busy`.execute(
    ground.db,
  )
  return rows[0]?.busy === true
}

async function attemptsOf(note: Json): Promise<number> {
  const { rows } = await sql<{ attempts: number }>`
    SELECT attempts FROM lane_job WHERE payload LIKE ${`%${note.id}"%`}`.execute(ground.db)
  return rows[0]?.attempts ?? 0
}

async function failed(): Promise<{ kind: string; attempts: number }[]> {
  return ground.db.selectFrom('dead_job').select(['kind', 'attempts']).execute()
}

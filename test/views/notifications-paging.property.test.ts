import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AccountId, NotificationId, PostId } from '../../src/base/ids.ts'
import { idAt } from '../../src/base/ids.ts'
import type { NotificationKind } from '../../src/db/tables/posts.ts'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { muteAccount } from '../../src/domain/blocks/mute.ts'
import { GROUPED_KINDS, groupOf } from '../../src/domain/notifications/group.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { listGroups } from '../../src/views/notice-groups.ts'
import { listTold } from '../../src/views/told-pieces.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { personHere, testWorld } from '../support/world.ts'

const KINDS: readonly NotificationKind[] = ['like', 'boost', 'follow', 'mention']
const START = Date.UTC(2026, 5, 1)

let database: TestDatabase
let owner: LocalAccount
const people: AccountId[] = []
const posts: PostId[] = []
/** whom the owner mutes: what is of them is there, and never shown */
let muted: AccountId
beforeAll(async () => {
  database = await testDatabase()
  const { world } = testWorld(database.db)
  owner = await personHere(world, 'olga')
  for (let n = 0; n < 12; n++) people.push((await personHere(world, `p${n}`)).id)
  for (let n = 0; n < 3; n++)
    posts.push(await publishPost(world, owner, { text: `post ${n}`, visibility: 'public' }))
  const last = await personHere(world, 'mute')
  await muteAccount(world, owner, last)
  muted = last.id
}, 120_000)
afterAll(() => database[Symbol.asyncDispose]())

interface Item {
  readonly kind: NotificationKind
  readonly person: number
  readonly post: number
  /** when it was, in hours */
  readonly hour: number
  readonly muted: boolean
}

const item: fc.Arbitrary<Item> = fc.record({
  kind: fc.constantFrom(...KINDS),
  person: fc.nat(11),
  post: fc.nat(2),
  // Many at once, and at both ends of what is told together.
  hour: fc.constantFrom(0, 11, 12, 13, 30),
  muted: fc.boolean(),
})

let serial = 0
/** Written as if nothing were kept back: what is muted was so only later. */
async function write({
  kind,
  person,
  post,
  hour,
  muted: isMuted,
}: Item): Promise<NotificationId | undefined> {
  const at = new Date(START + hour * 3_600_000)
  const id = String(BigInt(idAt(at)) + BigInt(++serial)) as NotificationId
  const from = isMuted ? muted : people[person]
  const about = kind === 'follow' ? null : posts[post]
  const { rows } = await sql<{ id: NotificationId }>`
    INSERT INTO notification (owner_id, id, kind, from_account_id, post_id, created_at)
    VALUES (${owner.id}, ${id}, ${kind}, ${from}, ${about}, ${at}) ON CONFLICT DO NOTHING RETURNING id`.execute(
    database.db,
  )
  return isMuted ? undefined : rows[0]?.id
}

async function reset(items: readonly Item[]): Promise<Set<NotificationId>> {
  await sql`DELETE FROM notification`.execute(database.db)
  await sql`ALTER TABLE notification DISABLE TRIGGER notification_wanted`.execute(database.db)
  const there = new Set<NotificationId>()
  for (const each of items) {
    const id = await write(each)
    if (id) there.add(id)
  }
  return there
}

/** What happens while somebody turns the pages: something new, and something that goes. */
const meanwhile = fc.array(fc.record({ add: item, remove: fc.nat(60) }), { maxLength: 3 })

async function happen(all: readonly { add: Item; remove: number }[], there: Set<NotificationId>) {
  await Promise.all(
    all.map(async ({ add, remove }) => {
      await write(add)
      const gone = [...there][remove]
      if (gone === undefined) return
      there.delete(gone)
      await database.db.deleteFrom('notification').where('id', '=', gone).execute()
    }),
  )
}

const cases = fc.record({
  items: fc.array(item, { minLength: 1, maxLength: 60, size: 'max' }),
  limit: fc.integer({ min: 1, max: 9 }),
  happens: fc.array(meanwhile, { minLength: 1, maxLength: 4 }),
})

test('whoever turns pages sees all that stays, and nothing twice, whatever comes and goes meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(cases, fc.boolean(), async ({ items, limit, happens }, up) => {
      const there = await reset(items)
      const seen: NotificationId[] = []
      let at: NotificationId | undefined
      for (let page = 0; page < 200; page++) {
        const from = up ? { minId: at ?? '1' } : at === undefined ? {} : { maxId: at }
        const rows = await listTold(database.db, owner.id, { kinds: KINDS, limit, ...from })
        if (rows.length === 0) break
        expect(rows.length).toBeLessThanOrEqual(limit)
        seen.push(...rows.map(({ id }) => id))
        at = up ? rows[0]?.id : rows.at(-1)?.id
        await happen(happens[page] ?? [], there)
      }
      expect(new Set(seen).size).toBe(seen.length)
      expect([...there].filter((id) => !seen.includes(id))).toEqual([])
    }),
    { numRuns: 25 },
  )
}, 120_000)

test('pages of groups follow one another without a gap, and each group is as large as it is', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ items, limit }) => {
      const there = await reset(items)
      const rows = await listTold(database.db, owner.id, { kinds: KINDS, limit: 1000 })
      expect(rows.length).toBe(there.size)
      const named = (each: (typeof rows)[number]) => JSON.stringify(groupOf(each))
      let next: NotificationId | undefined
      const left = [...rows]
      for (let page = 0; page < 200; page++) {
        const query = { kinds: KINDS, limit, ...(next !== undefined && { maxId: next }) }
        const found = await listGroups(database.db, owner.id, query, GROUPED_KINDS)
        expect(found.groups.length).toBeLessThanOrEqual(limit)
        for (const { group, count, newestId, fromIds } of found.groups) {
          const all = rows.filter((row) => named(row) === JSON.stringify(group))
          expect([count, newestId]).toEqual([all.length, all[0]?.id])
          expect(fromIds).toEqual(all.slice(0, 8).map(({ fromId }) => fromId))
        }
        const oldest = found.next ?? '0'
        const onPage = left.filter(({ id }) => BigInt(id) >= BigInt(oldest))
        expect(new Set(found.groups.map(({ group }) => JSON.stringify(group)))).toEqual(
          new Set(onPage.map(named)),
        )
        left.splice(0, onPage.length)
        next = found.next
        if (next === undefined) break
      }
      expect(left).toEqual([])
    }),
    { numRuns: 25 },
  )
}, 120_000)

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ActivityId } from '../../src/base/ids.ts'
import { transact } from '../../src/db/transact.ts'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { claimOnce, forgetOnces, keepOnce } from '../../src/domain/activities/once.ts'
import { type Json, postTo } from '../support/outbox.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personHere } from '../support/world.ts'

/* c2s.md b2.2, Idempotency-Key: R-004, S-143; and R-003 for what is carried out or not at all. */

let whole: Whole
let anna: LocalAccount
let ben: LocalAccount

beforeAll(async () => {
  whole = await startWhole(['slow.test'])
  anna = await personHere(whole.world, 'anna')
  ben = await personHere(whole.world, 'ben')
}, 60_000)
beforeEach(() => whole.settled())
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'
const note = (content: string): Json => ({ type: 'Note', content, to: [PUBLIC] })
const send = (key: string, activity: Json, more: { who?: LocalAccount; clientId?: string } = {}) =>
  postTo(whole, more.who ?? anna, activity, {
    headers: { 'idempotency-key': key },
    ...(more.clientId !== undefined && { clientId: more.clientId }),
  })
const postsOf = async (who: LocalAccount) =>
  (await whole.db.selectFrom('post').select('id').where('account_id', '=', who.id).execute()).length

describe('S-143: an Idempotency-Key', () => {
  test('lets the same request again have the same answer, and nothing happen', async () => {
    const before = await postsOf(anna)
    const [first, second] = [await send('a', note('once')), await send('a', note('once'))]
    expect(first.status).toBe(201)
    for (const name of ['location', 'etag', 'content-type']) {
      expect(second.headers[name]).toBe(first.headers[name])
    }
    expect([second.status, second.text]).toEqual([201, first.text])
    expect(await postsOf(anna)).toBe(before + 1)
  })

  test('that came with another body is refused', async () => {
    await send('b', note('one'))
    const reply = await send('b', note('another'))
    expect([reply.status, reply.headers['content-type']]).toEqual([
      422,
      'application/problem+json; charset=utf-8',
    ])
  })

  test('R-004: of twenty that come together, one is carried out', async () => {
    const before = await postsOf(anna)
    const replies = await Promise.all(Array.from({ length: 20 }, () => send('c', note('together'))))
    expect(replies.filter(({ status }) => status !== 201 && status !== 409)).toEqual([])
    expect(new Set(replies.flatMap(({ headers }) => headers.location ?? [])).size).toBe(1)
    expect(await postsOf(anna)).toBe(before + 1)
    expect((await send('c', note('together'))).status).toBe(201)
    expect(await postsOf(anna)).toBe(before + 1)
  })

  test('whose request is being carried out is answered with 409', async () => {
    const asked = Promise.withResolvers<void>()
    whole.peer.answer('https://slow.test/notes/1', () => {
      asked.resolve()
      return { status: 404, delayMs: 1500 }
    })
    const answer = { ...note('late'), inReplyTo: 'https://slow.test/notes/1' }
    const first = send('d', answer)
    await asked.promise
    const second = await send('d', answer)
    expect(second.status).toBe(409)
    expect((await first).status).toBe(201)
  })

  test('is one app’s and one person’s', async () => {
    const [one, two, three] = [
      await send('e', note('x')),
      await send('e', note('y'), { clientId: 'https://app.test/client' }),
      await send('e', note('z'), { who: ben }),
    ]
    expect([one.status, two.status, three.status]).toEqual([201, 201, 201])
    expect(new Set([one, two, three].map(({ headers }) => headers.location)).size).toBe(3)
  })

  test('of a request that was refused is free again', async () => {
    expect((await send('f', { type: 'Follow', object: anna.uri })).status).toBe(400)
    expect((await send('f', note('now right'))).status).toBe(201)
  })

  test('has 255 characters at most', async () => {
    expect((await send('k'.repeat(255), note('a'))).status).toBe(201)
    expect((await send('k'.repeat(256), note('a'))).status).toBe(400)
  })

  test('is forgotten after a day', async () => {
    await send('g', note('a'))
    const count = async () => (await whole.db.selectFrom('idempotency_key').select('key').execute()).length
    const soon = { db: whole.db, clock: { now: () => new Date(Date.now() + 23 * 3_600_000) } }
    const late = { db: whole.db, clock: { now: () => new Date(Date.now() + 25 * 3_600_000) } }
    const before = await count()
    await forgetOnces(soon)
    expect(await count()).toBe(before)
    await forgetOnces(late)
    expect(await count()).toBe(0)
  })

  test('keeps nothing of what was said', async () => {
    await send('h', note('a secret between us'))
    const rows = await whole.db.selectFrom('idempotency_key').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain('secret')
  })
})

test('two processes that are asked the same at the same moment do it once', async () => {
  const once = { accountId: anna.id, clientId: 'x', key: 'j', bodyHash: 'y' }
  const id = whole.world.ids.next<ActivityId>()
  await transact(whole.db, async (tx) => {
    expect(await claimOnce(tx, once)).toBeUndefined()
    const other = transact(whole.db, (elsewhere) => claimOnce(elsewhere, once))
    await expect(other).rejects.toMatchObject({ code: 'request.in-flight' })
    await keepOnce(whole.world, tx, once, id)
  })
  expect(await transact(whole.db, (tx) => claimOnce(tx, once))).toBe(id)
})

test('R-003: what is refused at the end has not been begun: no activity, no post, no job, no key', async () => {
  const state = async () => {
    const names = [
      'activity',
      'post',
      'object',
      'job',
      'delivery',
      'notification',
      'idempotency_key',
    ] as const
    return Promise.all(
      names.map(async (name) => (await whole.db.selectFrom(name).selectAll().execute()).length),
    )
  }
  const before = await state()
  // The last thing that is looked at: a file that is not theirs.
  const attachment = [`${whole.world.uris.origin}/media/nobodys.png`]
  const reply = await send('i', { ...note('with a file'), attachment })
  expect(reply.status).toBe(422)
  expect(await state()).toEqual(before)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { personElsewhere, personHere } from '../support/world.ts'

/* c2s.md b9; e14 as far as names go. */

let whole: Whole
let anna: LocalAccount
let token: string

beforeAll(async () => {
  whole = await startWhole()
  const { world } = whole
  anna = await personHere(world, 'anna')
  token = await tokenFor(world, anna)
  for (const name of ['robin', 'robert', 'rob', 'robot_mine', 'robbed']) await personHere(world, name)
  for (const name of ['robin', 'roberta', 'rob_far', 'robfollowed', 'robfan', 'r%b'])
    await personElsewhere(world, name, 'far.test')
  await personElsewhere(world, 'robin', 'near.test', { displayName: 'Someone' })
  const others = await Promise.all([
    personElsewhere(world, 'robfollowed', 'far.test'),
    personElsewhere(world, 'robfan', 'far.test'),
    personElsewhere(world, 'xyz', 'far.test', { displayName: 'Mx. Robson Green' }),
  ])
  const [followed, fan, shown] = others
  await requestFollow(world, anna, followed)
  await world.db.updateTable('follow').set({ state: 'accepted' }).where('follower_id', '=', anna.id).execute()
  await requestFollow(world, fan, anna, 'https://far.test/follows/1')
  await requestFollow(world, shown, anna, 'https://far.test/follows/2')
}, 60_000)
afterAll(async () => {
  await whole?.[Symbol.asyncDispose]()
  expect(whole?.errors).toEqual([])
})

const ask = (q: string | undefined, who = token) =>
  whole.ask(`/ap/autocomplete${q === undefined ? '' : `?q=${encodeURIComponent(q)}`}`, {
    headers: bearing(who),
  })
const found = async (q: string, who = token) => {
  const { status, text } = await ask(q, who)
  expect([status, status === 200 ? '' : text]).toEqual([200, ''])
  const { items } = JSON.parse(text) as { items: { webfinger: string }[] }
  return items.map(({ webfinger }) => webfinger)
}

test('it is for apps, and for those that may read', async () => {
  expect((await whole.ask('/ap/autocomplete?q=rob')).status).toBe(401)
  expect((await ask('rob', await tokenFor(whole.world, anna, { scope: 'like' }))).status).toBe(403)
  expect((await ask('rob', await tokenFor(whole.world, anna, { scope: 'read:search' }))).status).toBe(200)
})

test('the exact name comes first, then whom one follows, who follows one, who is here, and everybody else', async () => {
  expect(await found('rob')).toEqual([
    'rob@weft.test',
    'robfollowed@far.test',
    'robfan@far.test',
    'xyz@far.test',
    'robbed@weft.test',
    'robert@weft.test',
    'robin@weft.test',
    'robot_mine@weft.test',
    'rob_far@far.test',
    'roberta@far.test',
    'robin@far.test',
    'robin@near.test',
  ])
})

test('each comes with what is needed to show and address them', async () => {
  const { headers, text } = await ask('roberta')
  expect(headers['content-type']).toBe('application/activity+json; charset=utf-8')
  expect(headers['cache-control']).toBe('private, no-cache')
  const list = JSON.parse(text)
  expect(list).toMatchObject({ type: 'Collection', totalItems: 1 })
  expect(list.items).toEqual([
    {
      id: 'https://far.test/users/roberta',
      type: 'Person',
      preferredUsername: 'roberta',
      name: 'roberta',
      webfinger: 'roberta@far.test',
      url: 'https://far.test/@roberta',
      inbox: 'https://far.test/users/roberta/inbox',
      outbox: 'https://far.test/users/roberta/outbox',
    },
  ])
})

test.each(['@robin@far', 'robin@far.test', 'acct:robin@far.te', 'ROBIN@Far.test'])(
  '%s is a handle on its way',
  async (q) => expect(await found(q)).toEqual(['robin@far.test']),
)

test('nobody of that name: an empty list', async () => {
  const { status, text } = await ask('nobody-at-all')
  expect([status, JSON.parse(text)]).toMatchObject([200, { totalItems: 0, items: [] }])
})

test('no sign stands for anything but itself', async () => {
  expect(await found('r%')).toEqual(['r%b@far.test'])
  expect(await found('r_')).toEqual([])
  expect(await found("r'); --")).toEqual([])
})

test.each([undefined, '', 'r', '@', ' @r'])('"%s" is too short, which a problem says', async (q) => {
  const { status, text } = await ask(q)
  expect(status).toBe(400)
  expect(JSON.parse(text)).toMatchObject({
    type: 'https://swicg.github.io/activitypub-api/autocomplete#minimumChars',
    status: 400,
    minimum: 2,
  })
})

test('whom a block keeps apart do not find each other, whoever made it; oneself and what is gone are not found', async () => {
  const { world } = whole
  const [mean, shy] = [await personHere(world, 'zoemean'), await personHere(world, 'zoeshy')]
  expect(await found('zoe')).toEqual(['zoemean@weft.test', 'zoeshy@weft.test'])
  await blockAccount(world, anna, mean)
  await blockAccount(world, shy, anna)
  expect(await found('zoe')).toEqual([])
  expect(await found('ann')).toEqual([])
  expect(await found('ann', await tokenFor(world, mean))).toEqual([])
})

test('is found by an index, however many are known', async () => {
  const { rows } = await whole.db.executeQuery<{ 'QUERY PLAN': string }>({
    sql: `EXPLAIN SELECT id FROM account WHERE host IS NOT NULL AND handle_verified
      AND lower(name) >= 'rob' AND lower(name) < 'rob~' ORDER BY lower(name) LIMIT 50`,
    parameters: [],
    query: { kind: 'RawNode', sqlFragments: [], parameters: [] },
    queryId: { queryId: 'plan' },
  } as never)
  expect(JSON.stringify(rows)).toContain('account_remote_handle')
})

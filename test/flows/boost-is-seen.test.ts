import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startWeft, type Weft } from '../support/weft.ts'

type Json = Record<string, unknown>

let one: Weft
let two: Weft
beforeAll(async () => {
  ;[one, two] = await Promise.all([startWeft(), startWeft()])
  await Promise.all([
    one.cli('account', 'create', 'anna'),
    one.cli('account', 'create', 'ada'),
    two.cli('account', 'create', 'ben'),
  ])
  // Ben hears Ada alone; Anna hears nobody.
  await two.cli('follow', 'ben', `@ada@${one.host}`)
  await eventually(async () => expect(await one.cli('follows', 'ada')).toHaveLength(1))
}, 60_000)
afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop()])
})

const homeOf = async (weft: Weft, name: string) => weft.cli('timeline', name)
const boostIn = async (uri: unknown) => {
  const rows = await homeOf(two, 'ben')
  return rows.find((row) => (row.boostOf as Json | undefined)?.uri === uri) ?? expect.fail('no boost yet')
}
const page = async (weft: Weft, path: string) =>
  (await fetch(weft.origin + path, { headers: { accept: 'text/html' } })).text()

test('a boost of a post that its reader never met is fetched, shown and taken back', async () => {
  const [post] = await one.cli('post', 'anna', 'Something worth repeating')
  await one.cli('boost', 'ada', String(post?.url))
  const boost = await eventually(() => boostIn(post?.uri))
  expect(boost).toMatchObject({
    author: expect.stringContaining(one.origin),
    boostOf: { uri: post?.uri, content: expect.stringContaining('worth repeating') },
  })
  expect((await one.getJson(`${post?.uri}/shares`)).totalItems).toBe(1)

  const announce = await one.getJson(String(boost.uri))
  expect(announce).toMatchObject({ type: 'Announce', id: boost.uri, object: post?.uri })
  const [outbox] = [await one.getJson(String((await one.get('/@ada')).outbox))]
  expect(outbox.totalItems).toBe(1)
  expect(await one.getJson(String(outbox.first))).toMatchObject({
    orderedItems: [{ type: 'Announce', id: boost.uri, object: post?.uri }],
  })
  expect(await page(one, '/@ada')).toMatch(/ada<\/bdi><\/a> boosted/)
  expect(await page(one, '/')).toMatch(/boosted/)

  await one.cli('unboost', 'ada', String(post?.url))
  await eventually(async () =>
    expect((await homeOf(two, 'ben')).map((row) => row.uri)).not.toContain(boost.uri),
  )
  expect((await one.getJson(`${post?.uri}/shares`)).totalItems).toBe(0)
  expect((await fetch(String(boost.uri), { headers: { accept: 'application/activity+json' } })).status).toBe(
    404,
  )
}, 60_000)

test('a boost reaches the author elsewhere, who does not follow the booster', async () => {
  const [post] = await two.cli('post', 'ben', 'Heard from afar')
  await one.cli('boost', 'ada', String(post?.url))
  await eventually(async () =>
    expect(await two.cli('notifications', 'ben')).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: 'boost', post: post?.url })]),
    ),
  )
  const shares = await two.getJson(`${post?.uri}/shares`)
  expect(shares.totalItems).toBe(1)
  const [first] = (await two.getJson(String(shares.first))).orderedItems as { id: string }[]
  expect(await one.getJson(String(first?.id))).toMatchObject({ type: 'Announce', object: post?.uri })
}, 60_000)

test('S-088: a boost of one’s own private post is seen by followers and by nobody else', async () => {
  const [post] = await one.cli('post', 'ada', 'among friends', '--visibility', 'followers')
  await eventually(async () => expect((await homeOf(two, 'ben')).map((row) => row.uri)).toContain(post?.uri))
  await one.cli('boost', 'ada', String(post?.url))
  await expect(one.cli('boost', 'anna', String(post?.url))).rejects.toThrow()
  const row = await eventually(async () =>
    two.db
      .selectFrom('post')
      .select(['uri', 'visibility'])
      .where('boost_of_id', 'is not', null)
      .where('visibility', '=', 'followers')
      .executeTakeFirstOrThrow(),
  )
  expect((await fetch(row.uri, { headers: { accept: 'application/activity+json' } })).status).toBe(404)
  const outbox = await one.getJson(String((await one.getJson(String((await one.get('/@ada')).outbox))).first))
  expect(JSON.stringify(outbox)).not.toContain(row.uri)
}, 60_000)

test('a deleted post takes its boosts along, everywhere', async () => {
  const [post] = await one.cli('post', 'anna', 'Not for long')
  await one.cli('boost', 'ada', String(post?.url))
  await eventually(() => boostIn(post?.uri))
  await one.cli('unpost', String(post?.url))
  await eventually(async () => expect(JSON.stringify(await homeOf(two, 'ben'))).not.toContain('Not for long'))
}, 60_000)

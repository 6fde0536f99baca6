import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startWeft, type Weft } from '../support/weft.ts'

let one: Weft
let two: Weft
beforeAll(async () => {
  ;[one, two] = await Promise.all([startWeft(), startWeft()])
  await Promise.all([one.cli('account', 'create', 'anna'), two.cli('account', 'create', 'ben')])
}, 60_000)
afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop()])
})

const likesOf = async (uri: unknown) => one.getJson(`${uri}/likes`)

test('a like from elsewhere is counted, told and listed; its Undo takes all of that back', async () => {
  const [post] = await one.cli('post', 'anna', 'Do you like this?')
  await two.cli('like', 'ben', String(post?.url))
  await eventually(async () => expect(await likesOf(post?.uri)).toMatchObject({ totalItems: 1 }))
  expect(await one.getJson(String(post?.uri))).toMatchObject({ likes: { totalItems: 1 } })
  const { first } = await likesOf(post?.uri)
  expect(await one.getJson(String(first))).toMatchObject({
    orderedItems: [{ type: 'Like', actor: expect.stringContaining(two.origin), object: post?.uri }],
  })
  expect(await one.cli('notifications', 'anna')).toEqual(
    expect.arrayContaining([expect.objectContaining({ kind: 'like', post: post?.url })]),
  )

  await two.cli('like', 'ben', String(post?.url))
  await two.cli('unlike', 'ben', String(post?.url))
  await eventually(async () => expect(await likesOf(post?.uri)).toMatchObject({ totalItems: 0 }))
  expect(await one.cli('notifications', 'anna')).toEqual([])
  expect(await one.getJson(String(post?.uri))).toMatchObject({ likes: { totalItems: 0 } })
}, 60_000)

test('who likes a private post is counted for its readers and listed for nobody', async () => {
  await two.cli('follow', 'ben', `@anna@${one.host}`)
  await eventually(async () => expect(await one.cli('follows', 'anna')).toHaveLength(1))
  const [post] = await one.cli('post', 'anna', 'among friends', '--visibility', 'followers')
  await eventually(async () =>
    expect((await two.cli('timeline', 'ben')).map((row) => row.uri)).toContain(post?.uri),
  )
  await two.cli('like', 'ben', String(post?.uri))
  await eventually(async () =>
    expect(await one.cli('notifications', 'anna')).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: 'like', post: post?.url })]),
    ),
  )
  const answer = await fetch(`${post?.uri}/likes`, { headers: { accept: 'application/activity+json' } })
  expect(answer.status).toBe(404)
}, 60_000)

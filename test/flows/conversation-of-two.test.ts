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

test('a thread, a profile and their numbers are the same on both sides', async () => {
  const [root] = await one.cli('post', 'anna', 'the beginning')
  const [answer] = await one.cli('post', 'anna', 'and on', '--reply-to', String(root?.url))
  const [last] = await one.cli('post', 'anna', 'to the end', '--reply-to', String(answer?.url))
  const thread = await two.cli('thread', String(last?.uri), '--fetch')
  expect(thread.map((row) => row.uri)).toEqual([root?.uri, answer?.uri, last?.uri])
  expect(thread[0]).toMatchObject({ replies: 1, depth: 0 })
  expect(thread[2]).toMatchObject({ depth: 2 })
  for (const text of ['one more', 'and another']) await one.cli('post', 'anna', text)
  await two.cli('follow', 'ben', `@anna@${one.host}`)
  await eventually(async () => {
    const home = await two.cli('timeline', 'ben')
    expect(home.map((row) => String(row.content)).join()).toMatch(/another.*one more.*beginning/s)
  })
  const [profile] = await two.cli('backfill', `@anna@${one.host}`)
  expect(profile).toMatchObject({ known: 5, posts: 5, followers: 1, following: 0 })
  // What answers a post of another server is told to that one, and stands in its lists.
  const [back] = await two.cli('post', 'ben', 'heard', '--reply-to', String(root?.url))
  await eventually(async () => {
    const replies = await one.getJson(`${root?.uri}/replies`)
    expect(replies).toMatchObject({ totalItems: 2, type: 'Collection' })
    const context = await one.getJson(`${root?.uri}/context`)
    expect(context).toMatchObject({ totalItems: 4, attributedTo: expect.stringContaining('/ap/actors/') })
    const page = await one.getJson(String(context.first))
    expect(page.items).toEqual([root?.uri, answer?.uri, last?.uri, back?.uri])
    const note = await two.getJson(String(back?.uri))
    expect(note.context).toBe(context.id)
  })
}, 90_000)

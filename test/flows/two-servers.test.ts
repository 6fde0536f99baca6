import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

const contents = (rows: readonly Record<string, unknown>[]) => rows.map((row) => String(row.content))
const seenAt = async (weft: Weft, name: string, text: string) =>
  (await weft.cli('timeline', name)).find((row) => String(row.content).includes(text))

describe('two servers', () => {
  test('follow each other, by handle', async () => {
    const [asked] = await two.cli('follow', 'ben', `@anna@${one.host}`)
    expect(asked).toMatchObject({ state: 'requested' })
    await eventually(async () =>
      expect(await one.cli('follows', 'anna')).toMatchObject([{ handle: `@ben@${two.host}` }]),
    )
    await one.cli('follow', 'anna', `@ben@${two.host}`)
    await eventually(async () =>
      expect(await two.cli('follows', 'ben')).toMatchObject([{ handle: `@anna@${one.host}` }]),
    )
    // Accepted on the side of the one who asked: only then do posts arrive.
    const actor = await one.get('/@anna')
    await eventually(async () => {
      const followers = await one.getJson(String(actor.followers))
      expect(followers.totalItems).toBe(1)
    })
  }, 30_000)

  test('exchange a public post, a reply to it, its edit and its deletion', async () => {
    const [post] = await one.cli('post', 'anna', 'Hello from #one')
    const arrived = await eventually(
      async () => (await seenAt(two, 'ben', 'Hello from')) ?? expect.fail('not there yet'),
    )
    expect(arrived).toMatchObject({ uri: post?.uri, url: post?.url, visibility: 'public' })

    const [reply] = await two.cli('post', 'ben', 'Hello back', '--reply-to', String(post?.url))
    const heard = await eventually(
      async () => (await seenAt(one, 'anna', 'Hello back')) ?? expect.fail('not there yet'),
    )
    expect(heard).toMatchObject({ uri: reply?.uri, inReplyTo: post?.uri })
    const { first } = await one.getJson(`${post?.uri}/replies`)
    const replies = await one.getJson(String(first))
    expect(JSON.stringify(replies)).toContain(String(reply?.uri))

    await one.cli('edit', String(post?.url), 'Hello again from #one')
    await eventually(async () =>
      expect(await seenAt(two, 'ben', 'Hello again')).toMatchObject({ editedAt: expect.any(String) }),
    )

    await one.cli('unpost', String(post?.url))
    await eventually(async () =>
      expect(contents(await two.cli('timeline', 'ben')).join()).not.toContain('Hello again'),
    )
    const gone = await fetch(String(post?.uri), { headers: { accept: 'application/activity+json' } })
    expect(gone.status).toBe(410)
    expect(await gone.json()).toMatchObject({ type: 'Tombstone', id: post?.uri })
  }, 60_000)

  test('exchange followers-only and direct posts, which nobody else can read', async () => {
    const [quiet] = await one.cli('post', 'anna', 'among friends', '--visibility', 'followers')
    const [direct] = await one.cli('post', 'anna', `for @ben@${two.host} alone`, '--visibility', 'direct')
    await eventually(async () =>
      expect(await seenAt(two, 'ben', 'among friends')).toMatchObject({ visibility: 'followers' }),
    )
    await eventually(async () =>
      expect(await seenAt(two, 'ben', 'alone')).toMatchObject({ visibility: 'direct' }),
    )
    for (const post of [quiet, direct]) {
      for (const accept of ['application/activity+json', 'text/html']) {
        expect((await fetch(String(post?.uri), { headers: { accept } })).status).toBe(404)
        expect((await fetch(String(post?.url), { headers: { accept } })).status).toBe(404)
      }
    }
    expect(await two.cli('notifications', 'ben')).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: 'mention', post: direct?.url })]),
    )
  }, 60_000)

  test('let a follower wait where followers are approved by hand', async () => {
    await one.cli('account', 'create', 'shy', '--approve-followers')
    await two.cli('follow', 'ben', `@shy@${one.host}`)
    await eventually(async () => expect(await one.cli('follows', 'shy', '--requests')).toHaveLength(1))
    expect(await one.cli('follows', 'shy')).toEqual([])
    await one.cli('follow-accept', 'shy', `@ben@${two.host}`)
    await one.cli('post', 'shy', 'welcome')
    await eventually(async () => expect(await seenAt(two, 'ben', 'welcome')).toBeDefined())
  }, 60_000)

  test('hear no more after an unfollow', async () => {
    await two.cli('unfollow', 'ben', `@anna@${one.host}`)
    await eventually(async () => expect(await one.cli('follows', 'anna')).toEqual([]))
    await one.cli('post', 'anna', 'nobody hears')
    await one.cli('post', 'shy', 'still heard')
    await eventually(async () => expect(await seenAt(two, 'ben', 'still heard')).toBeDefined())
    expect(contents(await two.cli('timeline', 'ben')).join()).not.toContain('nobody hears')
  }, 60_000)
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refollow } from '../../src/domain/accounts/refollow.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { type Fields, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { pushedApp } from '../support/push-service.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
beforeAll(async () => {
  server = await startWhole()
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

let n = 0
/** A reader and somebody to be read. */
async function two(): Promise<readonly [Toot, Toot]> {
  n += 1
  return [await tootAs(server, `reader${n}`), await tootAs(server, `writer${n}`)]
}
const follow = (who: Toot, whom: Toot, body = {}, as: 'form' | 'json' = 'json') =>
  who.post(`/api/v1/accounts/${whom.account.id}/follow`, body, as)
const relation = async (who: Toot, whom: Toot) =>
  (await who.get('/api/v1/accounts/relationships', { id: [whom.account.id] })).json[0]
const say = async (who: Toot, status: string, more: Fields = {}): Promise<string> =>
  (await who.post('/api/v1/statuses', { status, ...more })).json.id
const boost = (who: Toot, id: string) => who.post(`/api/v1/statuses/${id}/reblog`)
/** What stands in the home; of boosts, what is boosted. */
const home = async (who: Toot): Promise<string[]> =>
  (await who.get('/api/v1/timelines/home')).json.map(
    (each: { id: string; reblog: { id: string } | null }) => each.reblog?.id ?? each.id,
  )
const told = async (who: Toot): Promise<string[]> =>
  (await who.get('/api/v1/notifications', { types: ['status'] })).json.map(
    (each: { status: { id: string } }) => each.status.id,
  )

describe('what a follower chose', () => {
  test('is kept until they choose anew, and told', async () => {
    const [ada, bob] = await two()
    const usual = { showing_reblogs: true, notifying: false, languages: null }
    expect(await relation(ada, bob)).toMatchObject({ ...usual, showing_reblogs: false, following: false })
    expect((await follow(ada, bob)).json).toMatchObject(usual)
    const chosen = { showing_reblogs: false, notifying: true, languages: ['de', 'en'] }
    const body = { reblogs: false, notify: true, languages: ['de', 'en', 'de'] }
    const reply = await follow(ada, bob, body, 'form')
    expectEntity('Relationship', reply.json)
    expect(reply.json).toMatchObject({ ...chosen, following: true })
    expect((await follow(ada, bob)).json).toMatchObject(chosen)
    expect((await follow(ada, bob, { reblogs: true })).json).toMatchObject({
      ...chosen,
      showing_reblogs: true,
    })
    expect((await follow(ada, bob, { languages: [] })).json).toMatchObject({
      notifying: true,
      languages: null,
    })
    await ada.post(`/api/v1/accounts/${bob.account.id}/unfollow`)
    expect((await follow(ada, bob)).json).toMatchObject(usual)
  })

  test('also of somebody who has to say yes first', async () => {
    const [ada, bob] = await two()
    await bob.patch('/api/v1/accounts/update_credentials', { locked: true })
    expect((await follow(ada, bob, { notify: true, reblogs: false })).json).toMatchObject({
      requested: true,
      notifying: true,
      showing_reblogs: false,
    })
    await bob.post(`/api/v1/follow_requests/${ada.account.id}/authorize`)
    expect(await relation(ada, bob)).toMatchObject({
      following: true,
      notifying: true,
      showing_reblogs: false,
    })
  })

  test.each([
    { languages: ['no language at all'] },
    { languages: Array.from({ length: 101 }, () => 'en') },
    { reblogs: false, languages: [{ a: 1 }] },
  ])('is nothing that is not known: %o', async (body) => {
    const [ada, bob] = await two()
    expect((await follow(ada, bob, body)).status).toBe(422)
    expect(await relation(ada, bob)).toMatchObject({ following: false })
  })

  test('moves with whom they follow', async () => {
    const [ada, bob] = await two()
    const next = await tootAs(server, `next${n}`)
    await follow(ada, bob, { reblogs: false, notify: true, languages: ['de'] })
    const signal = new AbortController().signal
    await refollow(server.world, { fromId: bob.account.id, toId: next.account.id }, signal)
    expect(await relation(ada, next)).toMatchObject({
      following: true,
      showing_reblogs: false,
      notifying: true,
      languages: ['de'],
    })
  })
})

describe('the home', () => {
  test('is without the boosts of whom one follows without them, from now on and what was there', async () => {
    const [ada, bob] = await two()
    const far = await tootAs(server, `far${n}`)
    await follow(ada, bob)
    const [old, own] = [await say(far, 'boosted before'), await say(bob, 'said')]
    await boost(bob, old)
    expect(await home(ada)).toEqual([old, own])
    await follow(ada, bob, { reblogs: false })
    expect(await home(ada)).toEqual([own])
    const late = await say(far, 'boosted after')
    await boost(bob, late)
    expect(await home(ada)).toEqual([own])
    await follow(ada, bob, { reblogs: true })
    expect(await home(ada)).toEqual([late, old, own])
  })

  test('has what is said in the chosen languages, and in none', async () => {
    const [ada, bob] = await two()
    const far = await tootAs(server, `far${n}`)
    const before = await say(bob, 'before', { language: 'en' })
    await follow(ada, bob, { languages: ['de', 'pt-BR'] })
    const german = await say(bob, 'Nebel', { language: 'de' })
    const swiss = await say(bob, 'Näbel', { language: 'de-CH' })
    await say(bob, 'fog', { language: 'en' })
    await say(bob, 'nevoeiro', { language: 'pt-PT' })
    const wordless = await say(bob, '🌫')
    const [french, other] = [
      await say(far, 'brume', { language: 'fr' }),
      await say(far, 'Dunst', { language: 'de' }),
    ]
    await boost(bob, french)
    await boost(bob, other)
    expect(await home(ada)).toEqual([other, wordless, swiss, german])
    await follow(ada, bob, { languages: [] })
    expect(await home(ada)).toEqual(expect.arrayContaining([before, french]))
  })
})

describe('who wants to be told of each post', () => {
  test('is, once, and of what is said to all of the followers', async () => {
    const [ada, bob] = await two()
    const app = pushedApp(server.peer)
    const subscription = { endpoint: app.endpoint, keys: app.keys, standard: true }
    await ada.post('/api/v1/push/subscription', { subscription, data: { alerts: { status: true } } })
    const carl = await tootAs(server, `carl${n}`)
    await follow(carl, bob)
    await say(bob, 'before')
    await follow(ada, bob, { notify: true })
    const root = await say(bob, 'one', { language: 'en' })
    const more = await say(bob, 'two', { in_reply_to_id: root })
    const closed = await say(bob, 'three', { visibility: 'private' })
    await say(bob, `@${ada.account.name} four`)
    await say(bob, 'five', { visibility: 'direct' })
    await boost(bob, await say(carl, 'six'))
    expect(await told(ada)).toEqual([closed, more, root])
    expect(await told(carl)).toEqual([])
    const list = (await ada.get('/api/v1/notifications', { types: ['status'] })).json
    expectEntities('Notification', list)
    const groups = (await ada.get('/api/v2/notifications', { types: ['status'] })).json.notification_groups
    expect(groups.map(({ status_id }: { status_id: string }) => status_id)).toEqual([closed, more, root])
    await server.settled()
    expect(app.messages().map(({ title }) => title)).toEqual(Array(3).fill(`${bob.account.name} posted`))
    await follow(ada, bob, { notify: false })
    await say(bob, 'seven')
    expect(await told(ada)).toHaveLength(3)
  })

  test('is not of answers to others, other languages, and whom they mute', async () => {
    const [ada, bob] = await two()
    const carl = await tootAs(server, `carl${n}`)
    await follow(ada, bob, { notify: true, languages: ['en'] })
    const theirs = await say(carl, 'who?')
    await say(bob, 'I', { in_reply_to_id: theirs, language: 'en' })
    await say(bob, 'Nebel', { language: 'de' })
    await ada.post(`/api/v1/accounts/${bob.account.id}/mute`)
    await say(bob, 'fog', { language: 'en' })
    await ada.post(`/api/v1/accounts/${bob.account.id}/unmute`)
    expect(await told(ada)).toEqual([])
  })

  test('is also where the followers are so many that they are reached by and by', async () => {
    const [ada, bob] = await two()
    await follow(ada, bob, { notify: true })
    Object.assign(server.world.limits, { followersWithin: 0 })
    const id = await publishPost(server.world, bob.account, { text: 'to very many', visibility: 'public' })
    await server.settled()
    expect(await told(ada)).toEqual([id])
    expect(await home(ada)).toEqual([id])
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostId } from '../../src/base/ids.ts'
import { blockAccount } from '../../src/domain/blocks/block.ts'
import { requestFollow } from '../../src/domain/follows/request.ts'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { apiClient, everyPage, type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectEntities, expectEntity } from '../support/mastodon/expect-entity.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot
let bob: Toot
beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
  bob = await tootAs(server, 'bob')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const say = (who: Toot, text: string, visibility: 'public' | 'unlisted' = 'public') =>
  publishPost(server.world, who.account, { text, visibility })
const homeOf = async (who: Toot): Promise<PostId[]> =>
  (await who.get('/api/v1/timelines/home', { limit: 40 })).json.map(({ id }: { id: PostId }) => id)

describe('a hashtag', () => {
  test('is known by whichever letters, with what was said of it lately', async () => {
    await say(bob, 'the #Sea')
    await say(bob, 'again the #sea')
    const tag = await ada.get('/api/v1/tags/SEA')
    expectEntity('Tag', tag.json)
    expect(tag.json).toMatchObject({ name: 'Sea', following: false, featuring: false })
    expect(tag.json.history).toHaveLength(7)
    expect(tag.json.history[0]).toMatchObject({ uses: '2', accounts: '1' })
    const open = await apiClient(server).get('/api/v1/tags/sea')
    expectEntity('Tag', open.json)
    expect(open.json.following).toBeUndefined()
    expectEntity('Tag', (await ada.get('/api/v1/tags/never_said')).json)
    expect((await ada.get('/api/v1/tags/no%20tag')).status).toBe(404)
  })

  test('that is followed brings what is said of it into the home, and takes it along when it goes', async () => {
    const before = await say(bob, 'old #rain')
    const followed = await ada.post('/api/v1/tags/Rain/follow')
    expectEntity('Tag', followed.json)
    expect(followed.json.following).toBe(true)
    expect(await homeOf(ada)).toEqual([before])
    const after = await say(bob, 'new #RAIN')
    const quiet = await say(bob, 'quiet #rain', 'unlisted')
    expect(await homeOf(ada)).toEqual([after, before])
    await ada.post('/api/v1/tags/snow/follow')
    const both = await say(bob, '#rain and #snow')
    const list = await everyPage(ada, '/api/v1/followed_tags', { limit: 1 })
    expectEntities('Tag', list)
    expect(list.map(({ name }) => name.toLowerCase())).toEqual(['snow', 'rain'])
    const left = await ada.post('/api/v1/tags/rain/unfollow')
    expect(left.json.following).toBe(false)
    expect(await homeOf(ada)).toEqual([both])
    expect((await ada.post('/api/v1/tags/rain/unfollow')).status).toBe(200)
    expect(quiet).not.toBe(after)
  })

  test('brings nothing of those who are kept apart, or read apart', async () => {
    const cat = await tootAs(server, 'cat')
    const dan = await tootAs(server, 'dan')
    await cat.post('/api/v1/tags/wind/follow')
    await requestFollow(server.world, cat.account, bob.account)
    const { id } = (await cat.post('/api/v1/lists', { title: 'Apart', exclusive: true })).json
    await cat.post(`/api/v1/lists/${id}/accounts`, { account_ids: [bob.account.id] })
    await blockAccount(server.world, cat.account, dan.account)
    await say(bob, 'my #wind')
    await say(dan, 'his #wind')
    const hers = await say(ada, 'her #wind')
    expect(await homeOf(cat)).toEqual([hers])
  })

  test('is shown on a profile, and no more', async () => {
    expect((await ada.post('/api/v1/tags/Fog/feature')).json.featuring).toBe(true)
    await say(ada, 'in the #fog')
    expect((await ada.get('/api/v1/tags/fog')).json.featuring).toBe(true)
    expect((await ada.post('/api/v1/tags/fog/unfeature')).json.featuring).toBe(false)
    expect((await ada.post('/api/v1/tags/fog/unfeature')).status).toBe(200)
  })
})

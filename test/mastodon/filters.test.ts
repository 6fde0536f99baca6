import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publishPost } from '../../src/domain/posts/publish.ts'
import { boostPost } from '../../src/domain/reactions/boost.ts'
import { type Toot, tootAs } from '../support/mastodon/client.ts'
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

const say = (who: Toot, text: string, summary?: string) =>
  publishPost(server.world, who.account, { text, visibility: 'public', ...(summary && { summary }) })
/** what of a reader's filters a post meets, in the public timeline */
async function metBy(who: Toot, id: string): Promise<{ filter: { id: string; title: string } }[]> {
  const { json } = await who.get('/api/v1/timelines/public', { limit: 40 })
  expectEntities('Status', json)
  return json.find((status: { id: string }) => status.id === id).filtered
}

describe('a filter', () => {
  test('is made with its keywords, changed and ended, whatever body says it', async () => {
    for (const as of ['json', 'form', 'multipart'] as const) {
      const made = await ada.post(
        '/api/v2/filters',
        {
          title: `Spoilers ${as}`,
          context: ['home', 'public'],
          filter_action: 'hide',
          expires_in: 3600,
          keywords_attributes: [{ keyword: 'ending', whole_word: 'false' }],
        },
        as,
      )
      expectEntity('Filter', made.json)
      expect(made.json).toMatchObject({
        title: `Spoilers ${as}`,
        context: ['home', 'public'],
        filter_action: 'hide',
        keywords: [{ keyword: 'ending', whole_word: false }],
        statuses: [],
      })
      const path = `/api/v2/filters/${made.json.id}`
      const [{ id }] = made.json.keywords
      const changed = await ada.put(path, {
        expires_in: '',
        filter_action: 'blur',
        keywords_attributes: [{ id, keyword: 'finale' }, { keyword: 'twist' }],
      })
      expect(changed.json).toMatchObject({ expires_at: null, filter_action: 'blur', title: `Spoilers ${as}` })
      expect(changed.json.keywords.map(({ keyword }: { keyword: string }) => keyword)).toEqual([
        'finale',
        'twist',
      ])
      const fewer = await ada.put(path, { keywords_attributes: [{ id, _destroy: true }] })
      expect(fewer.json.keywords).toMatchObject([{ keyword: 'twist', whole_word: true }])
      for (const missing of [
        path,
        `/api/v2/filters/keywords/${fewer.json.keywords[0].id}`,
        '/api/v2/filters/x',
      ])
        expect((await bob.get(missing)).status).toBe(404)
      expect((await ada.delete(path)).json).toEqual({})
    }
    expect((await ada.get('/api/v2/filters')).json).toEqual([])
    expect((await ada.post('/api/v2/filters', { title: '', context: ['home'] })).status).toBe(422)
    expect((await ada.post('/api/v2/filters', { title: 'a' })).status).toBe(422)
    expect((await ada.post('/api/v2/filters', { title: 'a', context: ['nowhere'] })).status).toBe(422)
  })

  test('meets words, parts of words, warnings and single posts, until it runs out', async () => {
    const plain = await say(bob, 'A Cat sat, and <b>.*</b> all')
    const part = await say(bob, 'concatenate')
    const warned = await say(bob, 'nothing', 'cat inside')
    const chinese = await say(bob, '我喜歡貓咪')
    const other = await say(bob, 'something else')
    const cats = (
      await ada.post('/api/v2/filters', {
        title: 'Cats',
        context: ['public'],
        keywords_attributes: [{ keyword: 'cat' }, { keyword: '貓', whole_word: false }, { keyword: '.*' }],
      })
    ).json
    for (const id of [plain, warned, chinese])
      expect((await metBy(ada, id)).map(({ filter }) => filter.title)).toEqual(['Cats'])
    expect(await metBy(ada, plain)).toMatchObject([{ keyword_matches: ['cat', '.*'], status_matches: null }])
    expect(await metBy(ada, part)).toEqual([])
    expect(await metBy(bob, plain)).toEqual([])
    const keyword = await ada.post(`/api/v2/filters/${cats.id}/keywords`, {
      keyword: 'cate',
      whole_word: false,
    })
    expectEntity('FilterKeyword', keyword.json)
    expect(await metBy(ada, part)).toMatchObject([{ keyword_matches: ['cate'] }])
    const changed = await ada.put(`/api/v2/filters/keywords/${keyword.json.id}`, { whole_word: true })
    expect(changed.json).toMatchObject({ keyword: 'cate', whole_word: true })
    expect(await metBy(ada, part)).toEqual([])
    const single = await ada.post(`/api/v2/filters/${cats.id}/statuses`, { status_id: other })
    expectEntity('FilterStatus', single.json)
    expect((await ada.post(`/api/v2/filters/${cats.id}/statuses`, { status_id: other })).status).toBe(422)
    expect((await ada.post(`/api/v2/filters/${cats.id}/statuses`, { status_id: '404' })).status).toBe(404)
    expect(await metBy(ada, other)).toMatchObject([{ keyword_matches: null, status_matches: [other] }])
    expectEntities('FilterStatus', (await ada.get(`/api/v2/filters/${cats.id}/statuses`)).json)
    await boostPost(server.world, ada.account, plain)
    const [boost] = (await ada.get('/api/v1/timelines/home')).json
    expect(boost.filtered).toMatchObject([{ keyword_matches: ['cat', '.*'] }])
    await ada.delete(`/api/v2/filters/statuses/${single.json.id}`)
    expect(await metBy(ada, other)).toEqual([])
    await sql`UPDATE post_filter SET expires_at = now() - interval '1 second'`.execute(server.db)
    expect(await metBy(ada, plain)).toEqual([])
    expect((await ada.get('/api/v2/filters')).json).toHaveLength(1)
  })

  test('of the first version is a keyword of the second', async () => {
    const cat = await tootAs(server, 'cat')
    const made = await cat.post(
      '/api/v1/filters',
      { phrase: 'rain', context: ['home'], irreversible: true, whole_word: false },
      'form',
    )
    expectEntity('V1Filter', made.json)
    expect(made.json).toMatchObject({
      phrase: 'rain',
      irreversible: true,
      whole_word: false,
      expires_at: null,
    })
    const [second] = (await cat.get('/api/v2/filters')).json
    expect(second).toMatchObject({ title: 'rain', filter_action: 'hide', keywords: [{ id: made.json.id }] })
    const path = `/api/v1/filters/${made.json.id}`
    const changed = await cat.put(path, { phrase: 'snow', context: ['public'], expires_in: 60 })
    expect(changed.json).toMatchObject({ id: made.json.id, phrase: 'snow', context: ['public'] })
    expect(changed.json.expires_at).not.toBeNull()
    const more = await cat.post(`/api/v2/filters/${second.id}/keywords`, { keyword: 'hail' })
    expectEntities('V1Filter', (await cat.get('/api/v1/filters')).json)
    expect((await cat.put(path, { context: ['home'] })).status).toBe(422)
    expect((await cat.put(path, { phrase: 'sleet' })).json.phrase).toBe('sleet')
    expect((await cat.delete(path)).json).toEqual({})
    expect((await cat.get('/api/v2/filters')).json).toHaveLength(1)
    await cat.delete(`/api/v1/filters/${more.json.id}`)
    expect((await cat.get('/api/v2/filters')).json).toEqual([])
  })
})

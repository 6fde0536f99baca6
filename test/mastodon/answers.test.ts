import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answers } from '../support/mastodon/answers.ts'
import { type Toot, tootAs } from '../support/mastodon/client.ts'
import { expectAnswer } from '../support/mastodon/expect-answer.ts'
import { apiRoutes, nameOf } from '../support/mastodon/registered.ts'
import { documentedRoutes } from '../support/mastodon/routes.ts'
import { recordRoutes } from '../support/routes.ts'
import { startWhole, type Whole } from '../support/whole.ts'

/*
 * Every answer that any test of this API gets is held against the documented entity of its route by `expectAnswer`. Here is
 * that no route stands beside that, and what no other test asks for.
 */

const recorded = recordRoutes()
let server: Whole
let ada: Toot
beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

const known = Object.entries(answers).map(([route, answer]) => {
  const [method = '', path = ''] = route.split(' ')
  return { name: nameOf({ method, path }), answer }
})

describe('the routes', () => {
  test('that the server has are those whose answers are known', async () => {
    const registered = (await apiRoutes(server, recorded)).filter(({ method }) => method !== 'ALL')
    expect(registered.length).toBeGreaterThan(220)
    const names = new Set(known.map(({ name }) => name))
    expect(registered.map(nameOf).filter((name) => !names.has(name))).toEqual([])
    const there = new Set(registered.map(nameOf))
    expect(known.filter(({ name, answer }) => answer !== 'no' && !there.has(name))).toEqual([])
  })

  test('that change something do so by PUT and by PATCH', async () => {
    const routes = await apiRoutes(server, recorded)
    const by = (wanted: string) =>
      routes
        .filter(({ method }) => method === wanted)
        .map(({ path }) => path)
        .toSorted()
    expect(by('PUT').length).toBeGreaterThan(10)
    expect(by('PATCH')).toEqual(by('PUT'))
    const { id } = (await ada.post('/api/v1/statuses', { status: 'once' })).json
    expect((await ada.patch(`/api/v1/statuses/${id}`, { status: 'twice' })).json.content).toContain('twice')
  })

  test('that are documented are among them, or answered by what says that it is not supported', () => {
    const names = new Set(known.map(({ name }) => name))
    const beside = documentedRoutes
      .filter((route) => route.includes(' /api/'))
      .map((route) => {
        const [method = '', path = ''] = route.split(' ')
        return nameOf({ method, path })
      })
      .filter((name) => !names.has(name))
    expect(beside.filter((name) => !/ \/api\/(v1_alpha\/async|v1\/(annual|collections))/.test(name))).toEqual(
      [],
    )
  })
})

test.each([
  [
    'an entity with a field too many',
    'GET',
    '/api/v1/instance/rules',
    200,
    [{ id: '1', text: 'x', hint: '' }],
  ],
  ['something else than is said', 'POST', '/api/v1/statuses/1/favourite', 200, {}],
  ['a list where one is to be', 'GET', '/api/v1/markers', 200, []],
  ['an error that says more', 'GET', '/api/v1/statuses/1', 404, { error: 'no', stack: 'x' }],
  ['an error that is no JSON', 'GET', '/api/v1/statuses/1', 404, undefined],
  ['anything at all where nothing is supported', 'POST', '/api/v1/statuses/1/translate', 200, {}],
  ['what nobody knows', 'GET', '/api/v1/unheard_of', 200, {}],
])('%s does not pass', (_what, method, path, status, json) => {
  expect(() => expectAnswer(method, path, status, json)).toThrow()
})

describe('what nothing else asks for', () => {
  const at = async (method: string, path: string, body = {}, who = ada) => {
    const reply = await who.ask(method, path, method === 'GET' ? {} : { body })
    expect([path, reply.status]).toEqual([path, 200])
    return reply.json
  }

  test('lists, and filters by their parts', async () => {
    const bob = await tootAs(server, 'bob')
    await at('POST', `/api/v1/accounts/${bob.account.id}/follow`)
    const list = await at('POST', '/api/v1/lists', { title: 'near' })
    await at('POST', `/api/v1/lists/${list.id}/accounts`, { account_ids: [bob.account.id] })
    expect(await at('GET', `/api/v1/lists/${list.id}`)).toEqual(list)
    expect(await at('GET', `/api/v1/accounts/${bob.account.id}/lists`)).toEqual([list])
    expect(await at('GET', `/api/v1/accounts/${bob.account.id}/identity_proofs`)).toEqual([])
    await at('POST', `/api/v1/accounts/${bob.account.id}/pin`)
    expect((await at('POST', `/api/v1/accounts/${bob.account.id}/unpin`)).endorsed).toBe(false)
    const filter = await at('POST', '/api/v2/filters', {
      title: 'rain',
      context: ['home'],
      keywords_attributes: [{ keyword: 'rain' }],
    })
    const { id: status_id } = await at('POST', '/api/v1/statuses', { status: 'wet' })
    const held = await at('POST', `/api/v2/filters/${filter.id}/statuses`, { status_id })
    const whole = await at('GET', `/api/v2/filters/${filter.id}`)
    expect(whole).toMatchObject({ keywords: filter.keywords, statuses: [held] })
    expect(await at('GET', `/api/v2/filters/${filter.id}/keywords`)).toEqual(whole.keywords)
    expect(await at('GET', `/api/v2/filters/statuses/${held.id}`)).toEqual(held)
    const [keyword] = whole.keywords
    expect(await at('GET', `/api/v2/filters/keywords/${keyword.id}`)).toEqual(keyword)
    expect((await at('GET', `/api/v1/filters/${keyword.id}`)).phrase).toBe('rain')
    await at('DELETE', `/api/v2/filters/keywords/${keyword.id}`)
    expect((await at('GET', `/api/v2/filters/${filter.id}`)).keywords).toEqual([])
  })

  test('terms of service of another day are not there', async () => {
    expect((await ada.get('/api/v1/instance/terms_of_service/2020-01-01')).status).toBe(404)
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiClient, type Toot, tootAs } from '../support/mastodon/client.ts'
import { documentedRoutes } from '../support/mastodon/routes.ts'
import { toCome } from '../support/mastodon/to-come.ts'
import { startWhole, type Whole } from '../support/whole.ts'

let server: Whole
let ada: Toot

beforeAll(async () => {
  server = await startWhole()
  ada = await tootAs(server, 'ada')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

/** What an id is in a path, where there is nothing by it. */
const filled = (path: string) =>
  path.replace(/:(\w+)/g, (_, name: string) => (name === 'name' || name === 'hashtag' ? 'rain' : '404'))

/** Whether anything answers there at all, be it with "no". */
async function isAnswered(route: string): Promise<boolean> {
  const [method = '', path = ''] = route.split(' ')
  const reply = await ada.ask(method, filled(path), { headers: { connection: 'close' } })
  if (reply.status >= 500) throw new Error(`${route} was answered ${reply.status} ${reply.text}`)
  if (path.startsWith('/api/')) return reply.json?.error !== 'The API of this server has no such method.'
  return reply.status !== 404
}

/** Streams stay open. */
const open = (route: string) => /\/streaming/.test(route)

describe('the documented API', () => {
  const walked = documentedRoutes.filter((route) => !open(route))
  test.each(walked.filter((route) => !toCome.has(route)))('%s is answered deliberately', async (route) => {
    expect(await isAnswered(route)).toBe(true)
  })

  test('what is to come is not there yet', async () => {
    const there: string[] = []
    for (const route of walked.filter((each) => toCome.has(each)))
      if (await isAnswered(route)) there.push(route)
    expect(there, 'take these from the list of what is to come').toEqual([])
  })

  test('nothing is to come that is not documented', () => {
    expect([...toCome].filter((route) => !documentedRoutes.includes(route))).toEqual([])
  })

  test('nobody learns more without a token than that one is needed', async () => {
    const nobody = apiClient(server)
    const reply = await nobody.get('/api/v1/preferences')
    expect([reply.status, reply.json]).toEqual([401, { error: 'The access token is invalid' }])
  })

  test('a slash at the end changes nothing', async () => {
    expect((await apiClient(server).get('/api/v1/instance/')).status).toBe(200)
  })
})

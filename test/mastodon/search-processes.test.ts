import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { answering, type RunningProcess, startProcess } from '../support/process.ts'
import { runCli } from '../support/weft.ts'

const START = join(import.meta.dirname, '../../src/start.js')

let database: TestDatabase
let servers: RunningProcess[]
let token: string
const settings = () => ({
  DATABASE_URL: database.url,
  WEFT_ORIGIN: 'https://weft.test',
  WEFT_SECRET: 'a secret of the tests, long enough',
})
const cli = (...args: string[]) => runCli(settings(), args)

beforeAll(async () => {
  database = await testDatabase()
  servers = await Promise.all(
    ['web', 'web'].map((role) => startProcess({ entry: START, env: { ...settings(), WEFT_ROLE: role } })),
  )
  for (const server of servers) await answering(server)
  await cli('account', 'create', 'anna')
  const [issued] = await cli('token', 'create', 'anna', '--scope', 'read')
  token = String(issued?.accessToken)
}, 120_000)
afterAll(async () => {
  for (const server of servers ?? []) await server[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})

test('a list that one process began goes on in another, whatever was said in between', async () => {
  const say = (...words: string[]) => Promise.all(words.map((word) => cli('post', 'anna', `heron ${word}`)))
  await say('one', 'two', 'three')
  const seen: string[] = []
  for (let page = 0; page < 5; page += 1) {
    const origin = servers[page % 2]?.origin ?? ''
    const path = `/api/v2/search?q=heron&type=statuses&limit=1&offset=${seen.length}`
    const answer = await fetch(origin + path, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(answer.status).toBe(200)
    const { statuses } = (await answer.json()) as { statuses: { content: string }[] }
    if (statuses.length === 0) break
    seen.push(...statuses.map(({ content }) => content))
    if (page < 2) await say(`later ${page}`)
  }
  expect(seen.toSorted()).toEqual(['<p>heron one</p>', '<p>heron three</p>', '<p>heron two</p>'])
}, 90_000)

import { afterAll, expect, test } from 'vitest'
import { listRules, viewServer } from '../../src/views/server.ts'
import { testDatabase } from '../support/database.ts'
import { runCli } from '../support/weft.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const env = { DATABASE_URL: database.url, WEFT_SECRET: 'a secret of the tests, long enough' }
const rules = async () => (await listRules(database.db)).map(({ text, hint }) => [text, hint])

test('whoever runs the server says what it is and which rules it has', async () => {
  await runCli(env, ['server', 'describe', '--title', 'Rain', '--contact', 'owner@weft.test'])
  await runCli(env, ['server', 'describe', '--contact', ''])
  expect((await viewServer(database.db)).texts).toEqual({
    title: { text: 'Rain', updatedAt: expect.any(Date) },
  })
  await runCli(env, ['rule', 'add', 'Be kind', '--hint', 'To all'])
  await runCli(env, ['rule', 'add', 'No shouting'])
  expect(await rules()).toEqual([
    ['Be kind', 'To all'],
    ['No shouting', ''],
  ])
  const [first] = await listRules(database.db)
  await runCli(env, ['rule', 'remove', first?.id ?? ''])
  expect(await rules()).toEqual([['No shouting', '']])
  await expect(runCli(env, ['rule', 'remove', 'x'])).rejects.toThrow('There is nothing here')
}, 60_000)

import { afterAll, expect, test } from 'vitest'
import { testDatabase } from '../support/database.ts'
import { runCli } from '../support/weft.ts'

const database = await testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const env = { DATABASE_URL: database.url, WEFT_SECRET: 'a secret of the tests, long enough' }

test.each([
  [['deliveries', 'retry', 'abc'], 'abc is no id of work that was given up'],
  [['flag', 'nobody', '@a@b.example', 'notaurl'], 'notaurl is no address of a post'],
  [['account', 'create', 'mailed', '--email', 'nonsense'], 'An e-mail address looks like'],
] as const)('weft %j is told in one sentence', async (args, sentence) => {
  await expect(runCli(env, args)).rejects.toThrow(sentence)
})

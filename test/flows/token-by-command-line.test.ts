import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startWeft, type Weft } from '../support/weft.ts'

let weft: Weft

beforeAll(async () => {
  weft = await startWeft()
  await weft.cli('account', 'create', 'ada')
})
afterAll(() => weft?.stop())

async function stateOf(token: string) {
  const reply = await fetch(`${weft.origin}/oauth/introspect`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: new URLSearchParams({ token }),
  })
  return { status: reply.status, json: (await reply.json()) as Record<string, unknown> }
}

test('a token that is made on the command line holds at the running server, and does not run out', async () => {
  const [made] = await weft.cli('token', 'create', 'ada', '--scope', 'read write:statuses')
  expect(made).toEqual({
    accessToken: expect.stringMatching(/^[\w-]{43}$/),
    account: 'ada',
    scope: 'read write:statuses',
    tokenType: 'Bearer',
  })
  const { json } = await stateOf(String(made?.accessToken))
  expect(json).toMatchObject({ active: true, scope: 'read write:statuses', username: 'ada' })
  expect(json.exp).toBeUndefined()
})

test.each([
  ['a scope that there is not', ['ada', '--scope', 'read nonsense'], /no scope nonsense/],
  ['no scope', ['ada', '--scope', ' '], /needs a scope/],
  ['nobody', ['nobody'], /no account nobody/],
])('%s gets none', async (_, args, sentence) => {
  await expect(weft.cli('token', 'create', ...args)).rejects.toThrow(sentence)
})

test('S-134: a suspension on the command line ends it at the running server within two seconds', async () => {
  await weft.cli('account', 'create', 'eve')
  const [made] = await weft.cli('token', 'create', 'eve')
  const token = String(made?.accessToken)
  expect((await stateOf(token)).status).toBe(200)
  await weft.cli('account', 'suspend', 'eve')
  await eventually(async () => expect((await stateOf(token)).status).toBe(401), 2_000)
  await weft.cli('account', 'unsuspend', 'eve')
  expect((await stateOf(token)).status).toBe(401)
})

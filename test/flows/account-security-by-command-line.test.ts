import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUris } from '../../src/base/uris.ts'
import { codesOn, SECURITY, setUpApp } from '../faces/pages/factors.ts'
import { createVisitor } from '../faces/pages/site.ts'
import { listenTo } from '../support/streams.ts'
import { eventually, startWeft, type Weft } from '../support/weft.ts'

const FIRST = 'seven small boats at dawn'
const SECOND = 'eight larger boats at dusk'
let weft: Weft

beforeAll(async () => {
  weft = await startWeft()
})
afterAll(() => weft?.stop())

/** Somebody who is signed in, with an app's token and an open stream of it. */
async function atWork(name: string) {
  const [made] = await weft.cliWith(FIRST, 'account', 'create', name, '--password-stdin')
  const visitor = createVisitor(weft.origin)
  expect((await visitor.signIn(name, FIRST)).status).toBe(303)
  return { name, visitor, ...(await withToken(name, String(made?.actor))) }
}

async function withToken(name: string, actor: string) {
  const [token] = await weft.cli('token', 'create', name)
  const authorization = `Bearer ${token?.accessToken}`
  const path = new URL(createUris(weft.origin, weft.host).events(actor)).pathname
  const port = Number(new URL(weft.origin).port)
  const stream = await listenTo(port, path, { authorization, host: weft.host })
  expect(stream.status).toBe(200)
  return { authorization, stream, actor }
}

/** Session, token and stream, each within two seconds of a moment. */
async function endsWithin(
  at: { visitor: ReturnType<typeof createVisitor> } & Awaited<ReturnType<typeof withToken>>,
) {
  const since = Date.now()
  await eventually(async () => {
    expect((await at.visitor.get('/accounts')).headers.get('location')).toBe('/sign-in')
    const { status } = await fetch(`${at.actor}/inbox`, { headers: { authorization: at.authorization } })
    expect(status).toBe(401)
  }, 2_000)
  await at.stream.ended
  expect(Date.now() - since).toBeLessThan(2_000)
}

test('S-134: a new password by the command line ends sessions, tokens and streams at the running server', {
  timeout: 60_000,
}, async () => {
  const ada = await atWork('ada')
  await weft.cliWith(SECOND, 'account', 'password', 'ada', '--password-stdin')
  await endsWithin(ada)
  const visitor = createVisitor(weft.origin)
  expect((await visitor.signIn('ada', FIRST)).status).toBe(401)
  expect((await visitor.signIn('ada', SECOND)).status).toBe(303)
})

test('S-134: so does a reset of second factors, after which the password alone lets in; the log says nothing of codes', {
  timeout: 60_000,
}, async () => {
  const eve = await atWork('eve')
  const { codes, secret } = await setUpApp(eve.visitor, new Date())
  expect(codes).toHaveLength(10)
  const again = await withToken('eve', eve.actor)
  expect((await createVisitor(weft.origin).signIn('eve', FIRST)).headers.get('location')).toBe(
    '/sign-in/second',
  )
  const [said] = await weft.cli('account', 'reset-second-factor', 'eve')
  expect(said).toMatchObject({ name: 'eve', had: true })
  await endsWithin({ ...eve, ...again })
  const visitor = createVisitor(weft.origin)
  expect((await visitor.signIn('eve', FIRST)).headers.get('location')).toBe('/accounts')
  expect(codesOn(await visitor.get(SECURITY))).toEqual([])
  const rows = await weft.db.selectFrom('recovery_code').selectAll().execute()
  expect(rows).toEqual([])
  const logs = weft.process.stderr() + weft.process.stdout()
  for (const text of [secret, ...codes]) expect(logs).not.toContain(text)
})

test.each([
  ['nobody', ['password', 'nobody', '--password-stdin'], SECOND, /no account nobody/],
  ['nothing', ['password', 'ada', '--password-stdin'], '\n', /no password on standard input/],
  ['too little', ['password', 'ada', '--password-stdin'], 'short', /at least 8 characters/],
  ['nobody’s factors', ['reset-second-factor', 'nobody'], '', /no account nobody/],
])('of %s nothing is changed', async (_, args, input, sentence) => {
  await expect(weft.cliWith(input, 'account', ...args)).rejects.toThrow(sentence)
})

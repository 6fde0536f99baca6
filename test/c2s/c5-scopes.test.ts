import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalAccount } from '../../src/domain/accounts/account.ts'
import { registerAccount } from '../../src/domain/accounts/register.ts'
import { signIn } from '../../src/domain/accounts/sign-in.ts'
import { appIn, codeFor, postForm } from '../support/apps.ts'
import { bearing, tokenFor } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'

const PASSWORD = 'a long enough password'
const at = (name: string) => `https://swicg.github.io/activitypub-api/scopes#${name}`

let server: Whole
let ada: LocalAccount
let token: string

beforeAll(async () => {
  server = await startWhole()
  ada = await registerAccount(server.world, { name: 'ada', password: PASSWORD, role: 'owner' })
  token = await tokenFor(server.world, ada, { scope: 'read write follow push profile admin' })
})
afterAll(() => server[Symbol.asyncDispose]())

const exchanged = async (scope: string) => {
  const app = await appIn(server.world)
  return (await postForm(server, '/oauth/token', await codeFor(server.world, ada, app, { scope }))).json
}

describe('c5: scopes are told back as they were asked for', () => {
  test.each([
    'read write',
    `${at('readinbox')} ${at('createcontent')} ${at('addressfollowers')}`,
    'activitypub:read:me:inbox activitypub:write:create:sameorigin',
    'read:statuses write:media push',
  ])('%s', async (scope) => {
    expect((await exchanged(scope)).scope).toBe(scope)
  })

  test('without those that nobody knows', async () => {
    expect((await exchanged('openid read offline_access')).scope).toBe('read')
    expect((await exchanged('openid')).scope).toBe('read:public')
  })
})

interface Layer {
  readonly route?: { readonly path: string | readonly string[]; readonly methods: Record<string, boolean> }
  readonly handle: { readonly stack?: readonly Layer[] }
}

/** Every address below the app that is for a page, as a request could name it. */
function pageRoutes(): [method: string, path: string][] {
  const leaves = (stack: readonly Layer[]): Layer[] =>
    stack.flatMap((layer) => (layer.handle.stack ? leaves(layer.handle.stack) : [layer]))
  const { stack } = (server.express as unknown as { router: { stack: readonly Layer[] } }).router
  const found = leaves(stack).flatMap(({ route }) =>
    [route?.path ?? []]
      .flat()
      .flatMap((path) =>
        Object.keys(route?.methods ?? {}).map((method) => [method.toUpperCase(), path] as const),
      ),
  )
  const told = new Set(found.map(([method, path]) => `${method} ${path}`))
  return [...told]
    .map((each) => each.split(' ') as [string, string])
    .filter(([method, path]) => (method === 'GET' || method === 'POST') && !path.includes('*'))
    .map(([method, path]) => [method, path.replace(':name', 'ada').replaceAll(/:\w+/g, '1')])
}

describe('S-137: a token is no session', () => {
  test('on any page: what it reads and what it may send is what a stranger may', async () => {
    const routes = pageRoutes()
    expect(routes.map((each) => each.join(' '))).toEqual(
      expect.arrayContaining(['GET /accounts', 'POST /accounts/password', 'POST /sign-out/everywhere']),
    )
    for (const [method, path] of routes) {
      const ask = async (headers: Record<string, string>) => {
        const reply = await server.ask(path, {
          method,
          headers: {
            accept: 'text/html',
            'content-type': 'application/x-www-form-urlencoded',
            origin: 'https://weft.test',
            ...headers,
          },
          ...(method === 'POST' && { body: `current=${PASSWORD}&password=another+long+password&next=x` }),
        })
        // What binds a form, and what a passkey is to sign, is another one each time.
        return [
          reply.status,
          reply.headers.location,
          reply.text.replace(/value="[\w-]{43}"|(?<=challenge&quot;:&quot;)[\w-]+/g, ''),
        ]
      }
      expect([method, path, await ask(bearing(token))]).toEqual([method, path, await ask({})])
    }
    // It still signs in, so nothing was changed.
    await signIn(server.world, { login: 'ada', password: PASSWORD })
  })

  test('and a session is no token', async () => {
    const { token: session } = await signIn(server.world, { login: 'ada', password: PASSWORD })
    for (const headers of [
      { cookie: `__Host-weft=${session}` },
      bearing(session),
      { authorization: `DPoP ${session}` },
    ]) {
      const reply = await postForm(server, '/oauth/introspect', { token: session }, headers)
      expect(reply.status).toBe(401)
    }
  })
})

test('nothing of this was a defect of ours', () => {
  expect(server.errors).toEqual([])
})

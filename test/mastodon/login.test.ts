import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answer, locationOf, open } from '../c2s/consent.ts'
import { type Browser, browserOf } from '../support/mastodon/browser.ts'
import { type ApiReply, apiClient, type BodyKind, type Fields } from '../support/mastodon/client.ts'
import { expectEntity } from '../support/mastodon/expect-entity.ts'
import { bearing } from '../support/tokens.ts'
import { startWhole, type Whole } from '../support/whole.ts'

const OOB = 'urn:ietf:wg:oauth:2.0:oob'

let server: Whole
let browser: Browser

beforeAll(async () => {
  server = await startWhole()
  browser = await browserOf(server, 'ada')
}, 120_000)
afterAll(() => server[Symbol.asyncDispose]())

interface Login {
  readonly redirectUri: string
  readonly scope: string
  /** how it makes itself known, and how it takes its token */
  readonly registersAs: BodyKind
  readonly takesAs: BodyKind
  readonly app?: Fields
  readonly asks?: Readonly<Record<string, string>>
  readonly gives?: Readonly<Record<string, string>>
  readonly basic?: true
  readonly slash?: true
}

/** All that an app does until it has a token. */
async function logIn(
  login: Login,
): Promise<{ app: ApiReply['json']; token: ApiReply; state: string | null }> {
  const nobody = apiClient(server)
  const { redirectUri, scope } = login
  const app = await nobody.post(
    '/api/v1/apps',
    login.app ?? {
      client_name: 'An app',
      redirect_uris: redirectUri,
      scopes: scope,
      website: 'https://app.test',
    },
    login.registersAs,
  )
  expect(app.status, app.text).toBe(200)
  expectEntity('CredentialApplication', app.json)
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: app.json.client_id,
    redirect_uri: redirectUri,
    scope,
    ...login.asks,
  })
  const opened = await open(browser, `/oauth/authorize${login.slash ? '/' : ''}?${query}`)
  const done = await answer(browser, opened)
  const { code, state } = codeIn(done, redirectUri)
  const { client_id, client_secret } = app.json
  const token = await nobody.ask('POST', '/oauth/token', {
    body: {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      client_id,
      client_secret,
      ...login.gives,
    },
    as: login.takesAs,
    headers: login.basic
      ? { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` }
      : {},
  })
  expect(token.status, token.text).toBe(200)
  expectEntity('Token', token.json)
  return { app: app.json, token, state }
}

function codeIn(done: Awaited<ReturnType<typeof answer>>, redirectUri: string) {
  if (redirectUri === OOB) {
    const [, code = ''] = /<code>([\w-]+)<\/code>/.exec(done.body) ?? []
    return { code, state: null }
  }
  const location = locationOf(done)
  expect([done.status, location.startsWith(redirectUri)], location).toEqual([303, true])
  const query = new URLSearchParams(location.slice(redirectUri.length).replace(/^[?&]/, ''))
  return { code: query.get('code') ?? '', state: query.get('state') }
}

/** Whether a token is good for what an app asks first. */
async function works(token: string): Promise<void> {
  const reply = await apiClient(server, bearing(token)).get('/api/v1/preferences')
  expect(reply.status, reply.text).toBe(200)
}

describe('an app logs in', () => {
  test('as toot does: JSON, and a code that is copied by hand', async () => {
    const { token } = await logIn({
      redirectUri: OOB,
      scope: 'read write follow',
      registersAs: 'json',
      takesAs: 'json',
    })
    expect(token.json.scope).toBe('read write follow')
    expect(token.json.expires_in).toBeUndefined()
    expect(token.json.refresh_token).toBeUndefined()
    await works(token.json.access_token)
  })

  test('as Phanpy does: forms, PKCE and all scopes', async () => {
    const verifier = randomBytes(48).toString('base64url')
    const { token } = await logIn({
      redirectUri: 'https://phanpy.test/',
      scope: 'read write follow push',
      registersAs: 'form',
      takesAs: 'form',
      asks: {
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      },
      gives: { code_verifier: verifier },
    })
    expect(token.json.scope).toBe('read write follow push')
    await works(token.json.access_token)
  })

  test('as Elk does: JSON, and an address with encoded pieces, letter by letter', async () => {
    const redirectUri = 'https://elk.test/api/weft.test/oauth/https%3A%2F%2Felk.test?lang=en'
    const { token } = await logIn({
      redirectUri,
      scope: 'read write follow push',
      registersAs: 'json',
      takesAs: 'json',
      gives: { scope: 'read write follow push' },
    })
    await works(token.json.access_token)
  })

  test('as Ivory does: by a scheme of its own', async () => {
    const { token, state } = await logIn({
      redirectUri: 'com.tapbots.Ivory.10217:/request_token',
      scope: 'read write follow push',
      registersAs: 'form',
      takesAs: 'form',
      asks: { state: '1+1 & more' },
    })
    expect(state).toBe('1+1 & more')
    await works(token.json.access_token)
  })

  test('as Tusky and Ice Cubes do: everything in the address, and schemes that are addresses too', async () => {
    for (const redirectUri of ['oauth2redirect://com.keylesspalace.tusky/', 'icecubesapp://']) {
      const { token } = await logIn({
        redirectUri,
        scope: 'read write follow push',
        registersAs: 'query',
        takesAs: 'query',
      })
      await works(token.json.access_token)
    }
  })

  test('as Mastodon.py does: with words of Python, and a slash at the end', async () => {
    const { token, state } = await logIn({
      redirectUri: OOB,
      scope: 'read write follow push profile',
      registersAs: 'form',
      takesAs: 'form',
      asks: { force_login: 'False', state: 'None', lang: 'None' },
      slash: true,
    })
    expect(state).toBe(null)
    // It fails where one of those that it asked for is missing.
    expect(token.json.scope.split(' ')).toEqual(['read', 'write', 'follow', 'push', 'profile'])
    await works(token.json.access_token)
  })

  test('as tooot does: by its secret in both places at once; and by a form of several parts', async () => {
    const both = await logIn({
      redirectUri: 'tooot://instance-auth',
      scope: 'read write follow push',
      registersAs: 'multipart',
      takesAs: 'form',
      basic: true,
    })
    await works(both.token.json.access_token)
    const parts = await logIn({
      redirectUri: 'app://x',
      scope: 'read',
      registersAs: 'json',
      takesAs: 'multipart',
      app: {
        client_name: 'An app',
        redirect_uris: ['app://x', 'https://app.test/back'],
        scopes: 'read',
        website: null,
      },
    })
    expect(parts.app.redirect_uris).toEqual(['app://x', 'https://app.test/back'])
    expect(parts.app.redirect_uri).toBe('app://x\nhttps://app.test/back')
    await works(parts.token.json.access_token)
  })

  test('and is asked for anew only where it wants that', async () => {
    const app = await apiClient(server).post('/api/v1/apps', { client_name: 'x', redirect_uris: OOB })
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: app.json.client_id,
      redirect_uri: OOB,
      force_login: 'true',
    })
    const { page } = await open(browser, `/oauth/authorize?${query}`)
    expect([page.status, locationOf(page).startsWith('/sign-in?')]).toEqual([303, true])
  })
})

describe('a token', () => {
  test('tells whose it is, revoked it is none', async () => {
    const { app, token } = await logIn({
      redirectUri: OOB,
      scope: 'profile',
      registersAs: 'json',
      takesAs: 'json',
    })
    const client = apiClient(server, bearing(token.json.access_token))
    const info = await client.get('/oauth/userinfo')
    expect(info.json).toMatchObject({ iss: 'https://weft.test', preferred_username: 'ada', name: 'ada' })
    expect(info.json.picture).toBe('https://weft.test/avatars/original/missing.png')
    const refused = await client.get('/api/v1/preferences')
    expect([refused.status, refused.json]).toEqual([
      403,
      { error: 'This action is outside the authorized scopes' },
    ])
    const { client_id, client_secret } = app
    const body = { client_id, client_secret, token: token.json.access_token }
    const revoked = await apiClient(server).post('/oauth/revoke', body, 'form')
    expect([revoked.status, revoked.json]).toEqual([200, {}])
    expect((await client.get('/oauth/userinfo')).status).toBe(401)
  })

  test('of the app itself is for nobody: it knows the app, and no person', async () => {
    const nobody = apiClient(server)
    const app = await nobody.post('/api/v1/apps', {
      client_name: 'x',
      redirect_uris: OOB,
      scopes: 'read write',
    })
    const { client_id, client_secret } = app.json
    const token = await nobody.post(
      '/oauth/token',
      { grant_type: 'client_credentials', client_id, client_secret, redirect_uri: OOB, scope: 'read write' },
      'form',
    )
    expect(token.status, token.text).toBe(200)
    const client = apiClient(server, bearing(token.json.access_token))
    const known = await client.get('/api/v1/apps/verify_credentials')
    expectEntity('Application', known.json)
    expect(known.json).toMatchObject({ name: 'x', scopes: ['read', 'write'] })
    const refused = await client.get('/api/v1/preferences')
    expect([refused.status, refused.json]).toEqual([
      422,
      { error: 'This method requires an authenticated user' },
    ])
  })
})

import { randomUUID } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Peer, startPeer } from '../../support/peer.ts'
import { type SecureWeft, startSecureWeft } from '../../support/secure.ts'
import { letIn } from './letting-in.ts'

/*
 * oauth4webapi, a library that forgives nothing, goes all the way against a running server over TLS: it finds the server
 * from the actor, is known in each way that there is, asks with PKCE, is let in on the real pages, posts, refreshes, asks
 * what its token is good for and gives it back.
 */

const BACK = 'http://127.0.0.1/back'
const SCOPE = 'read write'

let server: SecureWeft
let peer: Peer
let actor: string
let as: oauth.AuthorizationServer
let http: { [oauth.customFetch]: SecureWeft['fetch'] }

beforeAll(async () => {
  server = await startSecureWeft()
  peer = await startPeer({ tls: true })
  actor = await server.person('mira')
  http = { [oauth.customFetch]: server.fetch }
  as = await discover()
}, 60_000)
afterAll(async () => {
  await peer?.stop()
  await server?.[Symbol.asyncDispose]()
})

/** RFC 9728 from an address that the app wants to read, then RFC 8414. */
async function discover(): Promise<oauth.AuthorizationServer> {
  const inbox = new URL(`${actor}/inbox`)
  const shut = await server.fetch(inbox.href, { headers: { accept: 'application/activity+json' } })
  expect(shut.status).toBe(401)
  expect(shut.headers.get('www-authenticate')).toContain('resource_metadata=')
  const resource = await oauth.processResourceDiscoveryResponse(
    inbox,
    await oauth.resourceDiscoveryRequest(inbox, http),
  )
  const issuer = new URL(resource.authorization_servers?.[0] ?? '')
  expect(issuer.origin).toBe(new URL(actor).origin)
  return oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { ...http, algorithm: 'oauth2' }),
  )
}

interface KnownClient {
  readonly client: oauth.Client
  readonly auth: oauth.ClientAuth
}

async function registered(metadata: Partial<oauth.Client>): Promise<oauth.Client> {
  const asked = { client_name: 'Loom', redirect_uris: [BACK], scope: SCOPE, ...metadata }
  return oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(as, asked, http),
  )
}

const ways: readonly (readonly [string, () => Promise<KnownClient>])[] = [
  [
    'registered, without a secret',
    async () => ({
      client: await registered({ token_endpoint_auth_method: 'none' }),
      auth: oauth.None(),
    }),
  ],
  [
    'registered, with a secret in the header',
    async () => {
      const client = await registered({ token_endpoint_auth_method: 'client_secret_basic' })
      return { client, auth: oauth.ClientSecretBasic(String(client.client_secret)) }
    },
  ],
  [
    'registered, with a secret in the form',
    async () => {
      const client = await registered({ token_endpoint_auth_method: 'client_secret_post' })
      return { client, auth: oauth.ClientSecretPost(String(client.client_secret)) }
    },
  ],
  ['a client ID metadata document', async () => ({ client: published({}), auth: oauth.None() })],
  [
    'a client ID metadata document with a key (private_key_jwt)',
    async () => {
      const { publicKey, privateKey } = await oauth.generateKeyPair('ES256')
      const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'one', alg: 'ES256' }
      const client = published({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } })
      return { client, auth: oauth.PrivateKeyJwt({ key: privateKey, kid: 'one' }) }
    },
  ],
  [
    'an ActivityPub object (FEP-d8c2)',
    async () => {
      const id = `${peer.origin('app.localhost')}/apps/${randomUUID()}`
      peer.serve(id, {
        '@context': ['https://www.w3.org/ns/activitystreams', 'https://purl.archive.org/socialweb/oauth'],
        id,
        type: 'Application',
        name: 'Loom',
        redirectURI: BACK,
      })
      return { client: { client_id: id }, auth: oauth.None() }
    },
  ],
]

function published(document: Record<string, unknown>): oauth.Client {
  const id = `${peer.origin('app.localhost')}/${randomUUID()}.json`
  peer.answer(id, {
    type: 'application/json',
    body: { client_id: id, client_name: 'Loom', redirect_uris: [BACK], ...document },
  })
  return { client_id: id }
}

describe.each(ways)('an app that is %s', (_, known) => {
  test.each(['with DPoP, pushing what it asks', 'with a bearer token'])(
    'goes all the way %s',
    async (how) => {
      const { client, auth } = await known()
      const proof = how.startsWith('with DPoP')
        ? oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
        : undefined
      const more = proof ? { ...http, DPoP: proof } : http

      const verifier = oauth.generateRandomCodeVerifier()
      const state = oauth.generateRandomState()
      const redirect = BACK.replace('127.0.0.1', '127.0.0.1:49152')
      const parameters = {
        client_id: client.client_id,
        redirect_uri: redirect,
        response_type: 'code',
        scope: SCOPE,
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }
      const address = new URL(as.authorization_endpoint ?? '')
      if (proof) {
        const push = () => oauth.pushedAuthorizationRequest(as, client, auth, parameters, more)
        const { request_uri } = await withNonce(async () =>
          oauth.processPushedAuthorizationResponse(as, client, await push()),
        )
        address.search = String(new URLSearchParams({ client_id: client.client_id, request_uri }))
      } else address.search = String(new URLSearchParams(parameters))

      const back = await letIn(server, 'mira', address)
      expect(back.href.startsWith(`${redirect}?`)).toBe(true)
      const told = oauth.validateAuthResponse(as, client, back, state)
      const exchange = () =>
        oauth.authorizationCodeGrantRequest(as, client, auth, told, redirect, verifier, more)
      const given = await withNonce(async () =>
        oauth.processAuthorizationCodeResponse(as, client, await exchange()),
      )
      expect(given).toMatchObject({
        token_type: proof ? 'dpop' : 'bearer',
        scope: SCOPE,
        activitypub_actor_id: actor,
        me: actor,
      })
      await postsWith(given.access_token, more)

      const refresh = () => oauth.refreshTokenGrantRequest(as, client, auth, given.refresh_token ?? '', more)
      const next = await withNonce(async () => oauth.processRefreshTokenResponse(as, client, await refresh()))
      expect(next.refresh_token).not.toBe(given.refresh_token)
      await postsWith(next.access_token, more)

      expect(await stateOf(client, auth, next.access_token)).toMatchObject({
        active: true,
        scope: SCOPE,
        sub: actor,
        client_id: client.client_id,
      })
      await oauth.processRevocationResponse(
        await oauth.revocationRequest(as, client, auth, next.refresh_token ?? '', http),
      )
      expect(await stateOf(client, auth, next.access_token)).toEqual({ active: false })
      await soonShut(next.access_token, more)
    },
    30_000,
  )
})

test('a refresh token that is used twice ends all that came of it', async () => {
  const client = await registered({ token_endpoint_auth_method: 'none' })
  const verifier = oauth.generateRandomCodeVerifier()
  const address = new URL(as.authorization_endpoint ?? '')
  address.search = String(
    new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: BACK,
      response_type: 'code',
      scope: SCOPE,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }),
  )
  const told = oauth.validateAuthResponse(as, client, await letIn(server, 'mira', address))
  const given = await oauth.processAuthorizationCodeResponse(
    as,
    client,
    await oauth.authorizationCodeGrantRequest(as, client, oauth.None(), told, BACK, verifier, http),
  )
  const refresh = async () =>
    oauth.processRefreshTokenResponse(
      as,
      client,
      await oauth.refreshTokenGrantRequest(as, client, oauth.None(), given.refresh_token ?? '', http),
    )
  const next = await refresh()
  await expect(refresh()).rejects.toMatchObject({ error: 'invalid_grant' })
  await soonShut(next.access_token, http)
})

/** Servers may ask for a nonce of theirs; then the same is done again with it. */
async function withNonce<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt()
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    return attempt()
  }
}

async function postsWith(token: string, more: oauth.ProtectedResourceRequestOptions): Promise<void> {
  const content = `a thread of ${randomUUID()}`
  const ask = () =>
    oauth.protectedResourceRequest(
      token,
      'POST',
      new URL(`${actor}/outbox`),
      new Headers({ 'content-type': 'application/activity+json' }),
      JSON.stringify({ type: 'Note', content, to: ['as:Public'] }),
      more,
    )
  const answer = await withNonce(ask)
  expect(answer.status).toBe(201)
  const read = await server.fetch(answer.headers.get('location') ?? '', {
    headers: { accept: 'application/activity+json' },
  })
  expect(await read.json()).toMatchObject({
    type: 'Create',
    actor,
    object: { content: expect.stringContaining(content) },
  })
}

/** Within two seconds nothing can be done with a token any more (S-134). */
const soonShut = (token: string, more: oauth.ProtectedResourceRequestOptions) =>
  expect
    .poll(() => postsWith(token, more).catch((error: unknown) => error), { timeout: 2000 })
    .toBeInstanceOf(oauth.WWWAuthenticateChallengeError)

async function stateOf(client: oauth.Client, auth: oauth.ClientAuth, token: string) {
  return oauth.processIntrospectionResponse(
    as,
    client,
    await oauth.introspectionRequest(as, client, auth, token, http),
  )
}

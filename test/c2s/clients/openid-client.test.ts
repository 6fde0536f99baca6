import { randomUUID } from 'node:crypto'
import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Peer, startPeer } from '../../support/peer.ts'
import { type SecureWeft, startSecureWeft } from '../../support/secure.ts'
import { letIn } from './letting-in.ts'

/* openid-client, as most apps on Node have it, against a running server over TLS. */

const BACK = 'http://127.0.0.1:49200/back'

let server: SecureWeft
let peer: Peer
let actor: string
let options: client.DiscoveryRequestOptions

beforeAll(async () => {
  server = await startSecureWeft()
  peer = await startPeer({ tls: true })
  actor = await server.person('mira')
  options = { algorithm: 'oauth2', [client.customFetch]: server.fetch }
}, 60_000)
afterAll(async () => {
  await peer?.stop()
  await server?.[Symbol.asyncDispose]()
})

test('registers, pushes what it asks, is let in, posts with DPoP, refreshes, asks and revokes', async () => {
  const config = await client.dynamicClientRegistration(
    new URL(server.origin),
    { client_name: 'Shuttle', redirect_uris: [BACK], token_endpoint_auth_method: 'client_secret_basic' },
    client.ClientSecretBasic(),
    options,
  )
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  await allTheWay(config, { DPoP })
})

test('is known by a client ID metadata document', async () => {
  const id = `${peer.origin('app.localhost')}/shuttle.json`
  peer.answer(id, {
    type: 'application/json',
    body: { client_id: id, client_name: 'Shuttle', redirect_uris: [BACK] },
  })
  const config = await client.discovery(new URL(server.origin), id, {}, client.None(), options)
  expect(config.serverMetadata()).toMatchObject({
    issuer: server.origin,
    client_id_metadata_document_supported: true,
    activitypub_object_id_as_client_id: true,
  })
  await allTheWay(config)
})

test('is told that somebody said no', async () => {
  const config = await client.dynamicClientRegistration(
    new URL(server.origin),
    { client_name: 'Shuttle', redirect_uris: [BACK], token_endpoint_auth_method: 'none' },
    client.None(),
    options,
  )
  const verifier = client.randomPKCECodeVerifier()
  const address = client.buildAuthorizationUrl(config, await asked(verifier, 'of state'))
  const back = await letIn(server, 'mira', address, 'deny')
  await expect(
    client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: 'of state' }),
  ).rejects.toMatchObject({ error: 'access_denied' })
})

test('a code that comes with another state, or from another server, is not taken up by it', async () => {
  const config = await client.dynamicClientRegistration(
    new URL(server.origin),
    { client_name: 'Shuttle', redirect_uris: [BACK], token_endpoint_auth_method: 'none' },
    client.None(),
    options,
  )
  const verifier = client.randomPKCECodeVerifier()
  const back = await letIn(
    server,
    'mira',
    client.buildAuthorizationUrl(config, await asked(verifier, 'of state')),
  )
  const take = (url: URL, expectedState: string) =>
    client.authorizationCodeGrant(config, url, { pkceCodeVerifier: verifier, expectedState })
  await expect(take(back, 'another')).rejects.toThrow()
  const mixedUp = new URL(back)
  mixedUp.searchParams.set('iss', 'https://other.example')
  await expect(take(mixedUp, 'of state')).rejects.toThrow()
  expect(await take(back, 'of state')).toMatchObject({ activitypub_actor_id: actor })
})

async function asked(verifier: string, state: string): Promise<Record<string, string>> {
  return {
    redirect_uri: BACK,
    scope: 'readinbox createcontent addresspublic',
    state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }
}

async function allTheWay(config: client.Configuration, dpop: client.DPoPOptions = {}): Promise<void> {
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const parameters = await asked(verifier, state)
  const address = dpop.DPoP
    ? await client.buildAuthorizationUrlWithPAR(config, parameters, dpop)
    : client.buildAuthorizationUrl(config, parameters)
  const back = await letIn(server, 'mira', address)
  const given = await client.authorizationCodeGrant(
    config,
    back,
    { pkceCodeVerifier: verifier, expectedState: state },
    undefined,
    dpop,
  )
  expect(given).toMatchObject({ scope: parameters.scope, activitypub_actor_id: actor, me: actor })
  const next = await client.refreshTokenGrant(config, given.refresh_token ?? '', undefined, dpop)
  expect(await postWith(config, next.access_token, dpop)).toBe(201)
  expect(await client.tokenIntrospection(config, next.access_token)).toMatchObject({
    active: true,
    sub: actor,
    token_type: dpop.DPoP ? 'DPoP' : 'Bearer',
  })
  await client.tokenRevocation(config, next.access_token)
  expect(await client.tokenIntrospection(config, next.access_token)).toEqual({ active: false })
  await expect(client.refreshTokenGrant(config, next.refresh_token ?? '', undefined, dpop)).rejects.toThrow()
}

async function postWith(config: client.Configuration, token: string, dpop: client.DPoPOptions) {
  const note = { type: 'Note', content: `a weft of ${randomUUID()}`, to: ['as:Public'] }
  const { status } = await client.fetchProtectedResource(
    config,
    token,
    new URL(`${actor}/outbox`),
    'POST',
    JSON.stringify(note),
    new Headers({ 'content-type': 'application/activity+json' }),
    dpop,
  )
  return status
}

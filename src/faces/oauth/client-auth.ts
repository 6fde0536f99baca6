import type { Request } from 'express'
import { refuse } from '../../base/refusal.ts'
import { ASSERTION_TYPE, checkAssertion } from '../../domain/grants/assertions.ts'
import { type Client, isStrict } from '../../domain/grants/client.ts'
import { isClientAddress } from '../../domain/grants/client-id.ts'
import { ensureClient, findKnownClient } from '../../domain/grants/ensure-client.ts'
import { hashOf, sameHash } from '../../domain/grants/tokens.ts'
import { type Fields, fieldsOf } from './fields.ts'
import type { OAuthParts } from './parts.ts'

interface Credentials {
  readonly clientId: string
  readonly secret?: string | undefined
  readonly assertion?: string | undefined
}

/**
 * The app that asks, proven in the way that it has chosen once: by a secret, by its signature, or, where it can keep
 * neither, by its name alone (RFC 6749 §2.3, RFC 7523).
 * @param more `mayBeNew`: an app that was not heard of before is asked for its description
 * @throws Refusal 'oauth.invalid-client', 'oauth.invalid-request'
 */
export async function authenticateClient(
  parts: OAuthParts,
  req: Request,
  more: { readonly mayBeNew?: boolean } = {},
): Promise<Client> {
  const credentials = credentialsOf(req, fieldsOf(req))
  const client = await clientOf(parts, credentials, more.mayBeNew === true)
  // One sentence for an app that is not known and for a secret that is wrong.
  if (!client) return wrong()
  if (client.authMethod === 'private_key_jwt') {
    if (credentials.assertion === undefined) return wrong('a client_assertion is needed')
    const { world } = parts
    const audiences = [world.uris.origin, world.uris.oauth.token, addressOf(parts, req)]
    const checking = { ...world, keys: parts.clients.keys }
    await checkAssertion(checking, client, credentials.assertion, audiences)
    return client
  }
  if (credentials.assertion !== undefined) return wrong('the app has not chosen private_key_jwt')
  return requireSecret(client, credentials.secret)
}

function requireSecret(client: Client, secret: string | undefined): Client {
  const { secretHash } = client
  if (secretHash === null) {
    // Some libraries send an empty one along; fields without a value are not there.
    return secret === undefined ? client : wrong()
  }
  return secret !== undefined && sameHash(hashOf(secret), secretHash) ? client : wrong()
}

/** What is known holds, unless it can prove itself only with keys that may be other ones by now. */
async function clientOf(
  { world, clients }: OAuthParts,
  { clientId, assertion }: Credentials,
  mayBeNew: boolean,
): Promise<Client | undefined> {
  const known = await findKnownClient(world, clientId)
  const described = isClientAddress(clientId)
  if (known && !(described && assertion !== undefined)) return known
  if (!described || !(known || mayBeNew)) return undefined
  return ensureClient(world, clients, clientId)
}

function credentialsOf(req: Request, fields: Fields): Credentials {
  const basic = basicOf(req)
  const { client_id: named, client_secret: secret } = fields
  const assertion = assertionIn(fields)
  if (basic && named !== undefined && named !== basic.clientId) {
    refuse('oauth.invalid-request', { reason: 'two apps are named' })
  }
  if (assertion !== undefined && (basic?.secret ?? secret) !== undefined) {
    refuse('oauth.invalid-request', { reason: 'an app proves itself in one way' })
  }
  if (basic) return basic
  if (assertion !== undefined) return { clientId: named ?? subjectOf(assertion), assertion }
  return named === undefined ? wrong('client_id is missing') : { clientId: named, secret }
}

/** RFC 6749 §2.3.1: both halves are form-encoded before they are put together. */
function basicOf(req: Request): { clientId: string; secret: string | undefined } | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(req.headers.authorization ?? '') ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  if (colon < 1) return wrong()
  return {
    clientId: formDecoded(text.slice(0, colon)),
    secret: formDecoded(text.slice(colon + 1)) || undefined,
  }
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function assertionIn({ client_assertion, client_assertion_type }: Fields): string | undefined {
  if (client_assertion === undefined && client_assertion_type === undefined) return undefined
  if (client_assertion_type !== ASSERTION_TYPE || client_assertion === undefined) {
    return wrong('that kind of client_assertion is not read')
  }
  return client_assertion
}

/** Whom an assertion is about, before it is believed: client_id may be left out beside it (RFC 7521 §4.2). */
function subjectOf(assertion: string): string {
  try {
    const [, payload = ''] = assertion.split('.')
    const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub?: unknown }
    if (typeof sub === 'string') return sub
  } catch {
    // It is none.
  }
  return wrong('the client_assertion does not hold')
}

function addressOf({ world }: OAuthParts, req: Request): string {
  return world.uris.origin + req.originalUrl.split('?', 1)[0]
}

/** Whether the app's requests must be as OAuth 2.1 has them, forms among the rest. */
export function requireForm(client: Client, isForm: boolean): void {
  if (!isForm && isStrict(client)) {
    refuse('oauth.invalid-request', { reason: 'the body is not application/x-www-form-urlencoded' })
  }
}

function wrong(reason?: string): never {
  return refuse('oauth.invalid-client', reason === undefined ? {} : { reason })
}

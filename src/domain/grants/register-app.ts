import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { cutText } from '../../text/clean.ts'
import type { World } from '../world.ts'
import { readableLine } from './client-metadata.ts'
import { insertClient } from './client-store.ts'
import { whyNoRedirect } from './redirects.ts'
import { scopesFrom, textOf } from './scopes.ts'
import { hashOf, newToken } from './tokens.ts'

/** What an app of the Mastodon API says of itself. */
export interface AppInput {
  readonly name: string
  readonly redirectUris: readonly string[]
  /** what it may ask for; `read` unless said */
  readonly scopes?: string | undefined
  readonly website?: string | undefined
}

export interface RegisteredApp {
  readonly clientId: string
  /** told once, kept as a hash */
  readonly secret: string
  readonly registeredAt: Date
  readonly name: string
  readonly website: string | null
  readonly redirectUris: readonly string[]
  readonly scopes: readonly string[]
}

const LONGEST_NAME = 60
const LONGEST_WEBSITE = 2000
const MOST_REDIRECTS = 20

/**
 * Makes an app known in the way of the Mastodon API, which is older than OAuth 2.1 and looser.
 * @throws Refusal 'params.invalid'
 */
export async function registerApp(
  world: Pick<World, 'db' | 'clock'>,
  input: AppInput,
): Promise<RegisteredApp> {
  const name = cutText(readableLine(input.name), LONGEST_NAME)
  if (name === '') invalid('Application name can’t be blank')
  const redirectUris = [...new Set(input.redirectUris)]
  if (redirectUris.length === 0) invalid('Redirect URI can’t be blank')
  if (redirectUris.length > MOST_REDIRECTS) invalid('Redirect URI is one of too many')
  for (const uri of redirectUris) {
    const reason = whyNoRedirect(uri, 'app')
    if (reason !== undefined) invalid(`Redirect URI must be an absolute URI: ${reason}`)
  }
  const website = websiteFrom(input.website)
  const scopes = scopesFrom(input.scopes?.trim() || 'read')
  const [clientId, secret, registeredAt] = [newToken(), newToken(), world.clock.now()]
  await transact(world.db, (tx) =>
    insertClient(tx, {
      id: clientId,
      kind: 'app',
      name,
      website,
      redirectUris,
      scopes: textOf(scopes),
      secretHash: hashOf(secret),
      authMethod: 'client_secret_post',
      logoUrl: null,
      summary: '',
      jwks: null,
      jwksUri: null,
      dpopBound: false,
      metadata: {},
      now: registeredAt,
    }),
  )
  return { clientId, secret, registeredAt, name, website, redirectUris, scopes: scopes.words }
}

/** What is no address of a page is left out: no app should fail to log in for that. */
function websiteFrom(text: string | undefined): string | null {
  if (text === undefined || text.length > LONGEST_WEBSITE || !/^https?:\/\/[\x21-\x7e]+$/.test(text))
    return null
  return URL.canParse(text) ? text : null
}

function invalid(reason: string): never {
  return refuse('params.invalid', { reason })
}

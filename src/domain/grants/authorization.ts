import { refuse } from '../../base/refusal.ts'
import { type Client, isStrict } from './client.ts'
import { isRegistered } from './redirects.ts'
import { narrowTo, type Scopes, scopesFrom } from './scopes.ts'

/** What an app wants, word for word. */
export type Parameters = Readonly<Record<string, string>>

/** The same, kept until somebody answers it. */
export interface KeptRequest {
  readonly clientId: string
  readonly parameters: Parameters
  readonly createdAt: Date
}

/** What an app wants, read and checked against what is known of it. */
export interface Authorization {
  readonly client: Client
  readonly redirectUri: string
  readonly state: string | undefined
  readonly scopes: Scopes
  /** S256 (RFC 7636); null only for apps of the Mastodon API */
  readonly challenge: string | null
  /** the thumbprint of the key that its tokens will be bound to (RFC 9449 §10) */
  readonly dpopJkt: string | null
  /** somebody must sign in anew, whoever is signed in */
  readonly signInAnew: boolean
  /** nobody may be asked anything */
  readonly silently: boolean
  /** whoever is to be asked must have signed in within this time */
  readonly maxAgeSeconds: number | undefined
  readonly loginHint: string | undefined
}

/** What the app is told instead (RFC 6749 §4.1.2.1). */
export interface Declined {
  readonly redirectUri: string
  readonly state: string | undefined
  readonly error:
    | 'invalid_request'
    | 'unsupported_response_type'
    | 'request_not_supported'
    | 'request_uri_not_supported'
    | 'invalid_target'
    | 'access_denied'
    | 'login_required'
    | 'consent_required'
    | 'server_error'
  readonly description: string
}

export interface Asked {
  readonly parameters: Parameters
  /** names that stood there more than once (RFC 6749 §3.1) */
  readonly repeated: ReadonlySet<string>
}

const LONGEST_STATE = 4096
/** base64url of a SHA-256 */
const HASH = /^[A-Za-z0-9_-]{43}$/
const PROMPTS = ['none', 'login', 'consent', 'select_account', 'create']

const NAMES = new Set(
  `client_id redirect_uri response_type response_mode state scope code_challenge code_challenge_method dpop_jkt prompt
  max_age force_login login_hint resource request request_uri`.split(/\s+/),
)

/** The parameters of an authorization request as they are sent; one without a value, or that we do not know, is not there. */
export function askedFrom(query: URLSearchParams): Asked {
  const parameters: Record<string, string> = {}
  const repeated = new Set<string>()
  for (const [name, value] of query) {
    if (value === '' || !NAMES.has(name)) continue
    if (Object.hasOwn(parameters, name)) repeated.add(name)
    parameters[name] = value
  }
  return { parameters, repeated }
}

/**
 * Reads what an app wants. What is wrong with it is told to the app; but where its address is not one that it has named,
 * nothing is sent anywhere.
 * @param origin ours: what the tokens can be for
 * @throws Refusal 'authorization.redirect'
 */
export function readAuthorization(client: Client, asked: Asked, origin: string): Authorization | Declined {
  const { parameters, repeated } = asked
  if (repeated.has('client_id') || repeated.has('redirect_uri')) refuse('authorization.redirect')
  const redirectUri = redirectFor(client, parameters.redirect_uri)
  const state = isStorable(parameters.state) ? parameters.state : undefined
  const reason = whyDeclined(client, asked, origin)
  if (reason) return { redirectUri, state, error: reason[0], description: reason[1] }
  const wanted = scopesFrom(parameters.scope ?? client.scopes ?? '')
  const prompts = promptsIn(parameters)
  return {
    client,
    redirectUri,
    state,
    scopes: client.scopes ? narrowTo(wanted, scopesFrom(client.scopes)) : wanted,
    challenge: parameters.code_challenge ?? null,
    dpopJkt: parameters.dpop_jkt ?? null,
    signInAnew: prompts.includes('login') || isYes(parameters.force_login),
    silently: prompts.includes('none'),
    maxAgeSeconds: parameters.max_age === undefined ? undefined : Number(parameters.max_age),
    loginHint: isStorable(parameters.login_hint) ? parameters.login_hint?.slice(0, 320) : undefined,
  }
}

export function isDeclined(read: Authorization | Declined): read is Declined {
  return 'error' in read
}

function redirectFor(client: Client, asked: string | undefined): string {
  const [only, ...others] = client.redirectUris
  // Left out, it is clear only to a client that has but one.
  const uri = asked ?? (others.length === 0 ? only : undefined)
  return uri !== undefined && isRegistered(uri, client.redirectUris) ? uri : refuse('authorization.redirect')
}

type Reason = readonly [error: Declined['error'], description: string]

function whyDeclined(client: Client, { parameters, repeated }: Asked, origin: string): Reason | undefined {
  const twice = [...repeated].find((name) => name !== 'resource')
  if (twice !== undefined) return ['invalid_request', 'A parameter stands there more than once.']
  if (!Object.values(parameters).every(isStorable)) return ['invalid_request', 'A parameter is no text.']
  if ((parameters.state?.length ?? 0) > LONGEST_STATE) return ['invalid_request', 'state is too long.']
  if (parameters.request !== undefined) return ['request_not_supported', 'Request objects are not read.']
  if (parameters.request_uri !== undefined)
    return ['request_uri_not_supported', 'Only a request_uri that was given out here is read.']
  if (parameters.response_type === undefined) return ['invalid_request', 'response_type is missing.']
  if (parameters.response_type !== 'code')
    return ['unsupported_response_type', 'The only response_type is code.']
  if (parameters.response_mode !== undefined && parameters.response_mode !== 'query')
    return ['invalid_request', 'The only response_mode is query.']
  return (
    whyNotBound(client, parameters) ?? whyNotPrompted(parameters) ?? whyNotFor(parameters.resource, origin)
  )
}

/** PKCE (RFC 7636) and the binding to a key (RFC 9449). */
function whyNotBound(client: Client, parameters: Parameters): Reason | undefined {
  const { code_challenge: challenge, code_challenge_method: method, dpop_jkt: jkt } = parameters
  if (challenge === undefined && (isStrict(client) || method !== undefined))
    return ['invalid_request', 'code_challenge is missing: PKCE is required.']
  if (challenge !== undefined && method !== 'S256')
    return ['invalid_request', 'code_challenge_method must be S256.']
  if (challenge !== undefined && !HASH.test(challenge))
    return ['invalid_request', 'code_challenge is not the base64url of a SHA-256.']
  if (jkt !== undefined && !HASH.test(jkt)) return ['invalid_request', 'dpop_jkt is not a JWK thumbprint.']
  return undefined
}

function whyNotPrompted(parameters: Parameters): Reason | undefined {
  const prompts = promptsIn(parameters)
  if (prompts.includes('none') && prompts.length > 1)
    return ['invalid_request', 'prompt=none stands alone or not at all.']
  if (prompts.some((prompt) => !PROMPTS.includes(prompt))) return ['invalid_request', 'prompt is not known.']
  if (parameters.max_age !== undefined && !/^\d{1,9}$/.test(parameters.max_age))
    return ['invalid_request', 'max_age is a number of seconds.']
  return undefined
}

/** RFC 8707: the tokens are for this server and no other. */
function whyNotFor(resource: string | undefined, origin: string): Reason | undefined {
  const ours = resource === undefined || resource === origin || resource.startsWith(`${origin}/`)
  return ours ? undefined : ['invalid_target', 'Tokens are given for this server only.']
}

function promptsIn({ prompt }: Parameters): readonly string[] {
  return prompt?.split(' ').filter(Boolean) ?? []
}

/** As Python writes it, too. */
const isYes = (text: string | undefined) => /^(?:true|t|1|on|yes)$/i.test(text ?? '')

function isStorable(text: string | undefined): boolean {
  return text === undefined || (!text.includes('\0') && text.isWellFormed())
}

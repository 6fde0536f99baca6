import { createHash } from 'node:crypto'
import { createLocalJWKSet, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import { refuse } from '../../base/refusal.ts'
import type { World } from '../world.ts'
import { ASSERTION_ALGORITHMS } from './algorithms.ts'
import type { Client, JsonRecord } from './client.ts'
import { rememberProof } from './store.ts'

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** An assertion says for how long it holds; one that holds longer would have to be remembered for longer. */
const LONGEST_SECONDS = 3600
const SKEW_SECONDS = 60
const LONGEST = 16_000
/** What JWTs of other kinds are typed as is no assertion, whoever signed them. */
const TYPES = ['jwt', 'client-authentication+jwt']

export interface AssertionParts extends Pick<World, 'db' | 'clock'> {
  /** the keys of a client that has them elsewhere, as they were lately or as they are now */
  keys(address: string, more: { readonly anew: boolean }): Promise<JsonRecord>
}

/**
 * Checks that a client has signed this, for us, now, and not used it before (RFC 7523).
 * @param audiences the names that we go by
 * @throws Refusal 'oauth.invalid-client'
 */
export async function checkAssertion(
  parts: AssertionParts,
  client: Client,
  assertion: string,
  audiences: readonly string[],
): Promise<void> {
  const payload = await verify(parts, client, assertion, audiences).catch(undefinedIfWrong)
  if (!payload) return no('the client_assertion does not hold')
  const { jti, exp } = payload
  const now = parts.clock.now().getTime() / 1000
  if (typeof jti !== 'string' || jti === '' || jti.length > 256) return no('the client_assertion has no jti')
  if (exp === undefined || exp > now + LONGEST_SECONDS) return no('the client_assertion holds for too long')
  const proofHash = createHash('sha256').update(`assertion\n${client.id}\n${jti}`).digest()
  const until = new Date((exp + SKEW_SECONDS) * 1000)
  if (!(await rememberProof(parts.db, proofHash, until))) no('the client_assertion was used before')
}

async function verify(
  parts: AssertionParts,
  client: Client,
  assertion: string,
  audiences: readonly string[],
): Promise<JWTPayload | undefined> {
  if (assertion.length > LONGEST) return undefined
  const { typ } = decodeProtectedHeader(assertion)
  if (typ !== undefined && !TYPES.includes(typ.toLowerCase())) return undefined
  const options = {
    algorithms: [...ASSERTION_ALGORITHMS],
    issuer: client.id,
    subject: client.id,
    audience: [...audiences],
    requiredClaims: ['exp', 'jti'],
    currentDate: parts.clock.now(),
    clockTolerance: SKEW_SECONDS,
  }
  const check = async (keys: JsonRecord) => (await verifyByAny(assertion, keys, options)).payload
  if (client.jwks) return check(client.jwks)
  const { jwksUri } = client
  if (jwksUri === null) return undefined
  try {
    return await check(await parts.keys(jwksUri, { anew: false }))
  } catch (error) {
    // A key that is not among those of lately may have come since.
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
    return await check(await parts.keys(jwksUri, { anew: true }))
  }
}

type Options = NonNullable<Parameters<typeof jwtVerify>[2]>

/** A key set may hold several keys that could have signed; one of them has. */
async function verifyByAny(assertion: string, keys: JsonRecord, options: Options) {
  const set = createLocalJWKSet(keys as unknown as Parameters<typeof createLocalJWKSet>[0])
  try {
    return await jwtVerify(assertion, set, options)
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    for await (const key of error) {
      const verified = await jwtVerify(assertion, key, options).catch(notByThis)
      if (verified) return verified
    }
    throw error
  }
}

/** What is no assertion, and what is no key: of a point that is not on its curve, WebCrypto says so. */
function undefinedIfWrong(error: unknown): undefined {
  const isWrong = [errors.JOSEError, TypeError, DOMException].some((kind) => error instanceof kind)
  if (!isWrong) throw error
}

function notByThis(error: unknown): undefined {
  if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error
}

function no(reason: string): never {
  return refuse('oauth.invalid-client', { reason })
}

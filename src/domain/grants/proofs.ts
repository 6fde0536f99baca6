import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, decodeProtectedHeader, importJWK, type JWK, jwtVerify } from 'jose'
import { type RefusalCode, refuse } from '../../base/refusal.ts'
import type { World } from '../world.ts'
import { DPOP_ALGORITHMS } from './algorithms.ts'
import type { Nonces } from './nonces.ts'
import { rememberProof } from './store.ts'

const SKEW_SECONDS = 60
const LONGEST = 8000
const LONGEST_JTI = 256

/** One request, and what was sent along to prove that whoever sends it has a key (RFC 9449). */
export interface Proving {
  readonly proof: string
  readonly method: string
  /** as everybody knows it, without query */
  readonly uri: string
  /** at a resource: the token that is bound to the key */
  readonly accessToken?: string
}

/** What is refused with what: the token endpoint and resources say it each in their own way. */
export interface ProofCodes {
  readonly invalid: RefusalCode
  readonly nonce: RefusalCode
}

/**
 * Checks a proof, which is good once; returns the thumbprint of its key.
 * @throws Refusal as `codes` says
 */
export async function checkProof(
  world: Pick<World, 'db' | 'clock'> & { readonly nonces: Nonces },
  proving: Proving,
  codes: ProofCodes,
): Promise<string> {
  const no = (reason: string) => refuse(codes.invalid, { reason, scheme: 'DPoP' })
  const { jwk, payload } = await read(proving.proof).catch(() => no('it is not signed as it should be'))
  const { htm, htu, iat, jti, ath, nonce } = payload
  if (htm !== proving.method) no('it is for another method')
  if (typeof htu !== 'string' || !isSameUri(htu, proving.uri)) no('it is for another address')
  const now = world.clock.now()
  if (typeof iat !== 'number' || Math.abs(now.getTime() / 1000 - iat) > SKEW_SECONDS) no('it is not from now')
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI) return no('it has no jti')
  if (proving.accessToken !== undefined && ath !== hash(proving.accessToken).toString('base64url')) {
    no('it is for another token')
  }
  if (typeof nonce !== 'string' || !world.nonces.holds(nonce)) refuse(codes.nonce, { scheme: 'DPoP' })
  const jkt = await calculateJwkThumbprint(jwk)
  const until = new Date(now.getTime() + 2 * SKEW_SECONDS * 1000)
  if (!(await rememberProof(world.db, hash(`dpop\n${jkt}\n${jti}`), until))) no('it was used before')
  return jkt
}

async function read(proof: string) {
  if (proof.length > LONGEST) throw new Error('too long')
  const { typ, alg, jwk } = decodeProtectedHeader(proof)
  if (typ !== 'dpop+jwt' || jwk === undefined || !isPublic(jwk)) throw new Error('not a proof')
  const algorithm = DPOP_ALGORITHMS.find((known) => known === alg)
  if (algorithm === undefined) throw new Error('not an algorithm of ours')
  const key = await importJWK(jwk, algorithm)
  if (key instanceof Uint8Array) throw new Error('not a public key')
  // Times are compared by our own clock; those that the proof may carry besides do not count.
  const { payload } = await jwtVerify(proof, key, {
    algorithms: [algorithm],
    typ: 'dpop+jwt',
    clockTolerance: Number.MAX_SAFE_INTEGER,
  })
  return { jwk, payload }
}

function isPublic(jwk: JWK): boolean {
  return ['EC', 'OKP', 'RSA'].includes(jwk.kty ?? '') && jwk.d === undefined && jwk.k === undefined
}

/** Compared as addresses are (RFC 3986 §6.2), the query and the fragment left out. */
function isSameUri(given: string, expected: string): boolean {
  const url = URL.parse(given)
  if (url === null) return false
  return url.origin + url.pathname === expected
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export interface ProofOptions {
  readonly method?: string
  readonly uri: string
  readonly nonce?: string | undefined
  readonly accessToken?: string
  readonly now?: Date
  /** instead of what it should say */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
}

/** A key that an app has, and what it proves with it (RFC 9449). */
export async function proverWith(algorithm = 'ES256') {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const jwk: JWK = await exportJWK(publicKey)
  return {
    jwk,
    privateKey,
    jkt: await calculateJwkThumbprint(jwk),
    proof: ({ method = 'POST', uri, nonce, accessToken, now, claims, header }: ProofOptions) =>
      new SignJWT({
        htm: method,
        htu: uri,
        jti: randomUUID(),
        iat: Math.floor((now ?? new Date()).getTime() / 1000),
        ...(nonce !== undefined && { nonce }),
        ...(accessToken !== undefined && {
          ath: createHash('sha256').update(accessToken).digest('base64url'),
        }),
        ...claims,
      })
        .setProtectedHeader({ alg: algorithm, typ: 'dpop+jwt', jwk, ...header })
        .sign(privateKey),
  }
}

export type Prover = Awaited<ReturnType<typeof proverWith>>

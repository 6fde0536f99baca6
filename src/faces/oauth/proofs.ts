import type { Request, Response } from 'express'
import { refuse } from '../../base/refusal.ts'
import type { Client } from '../../domain/grants/client.ts'
import type { Nonces } from '../../domain/grants/nonces.ts'
import { checkProof } from '../../domain/grants/proofs.ts'
import type { World } from '../../domain/world.ts'

const codes = { invalid: 'oauth.invalid-dpop-proof', nonce: 'oauth.use-dpop-nonce' } as const

/**
 * The thumbprint of the key that a request proves to have, if it proves one (RFC 9449 §5).
 * @param uri the address of the endpoint, as everybody knows it
 * @throws Refusal 'oauth.invalid-dpop-proof', 'oauth.use-dpop-nonce'
 */
export async function provenKey(
  { world, nonces }: { readonly world: World; readonly nonces: Nonces },
  req: Request,
  res: Response,
  { client, uri }: { readonly client: Client; readonly uri: string },
): Promise<string | undefined> {
  const proof = req.get('dpop')
  if (proof === undefined) {
    return client.dpopBound ? refuse(codes.invalid, { reason: 'the app always proves a key' }) : undefined
  }
  res.setHeader('DPoP-Nonce', nonces.current())
  return checkProof({ ...world, nonces }, { proof, method: req.method, uri }, codes)
}

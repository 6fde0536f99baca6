import { isoCBOR } from '@simplewebauthn/server/helpers'
import { expect, test } from 'vitest'
import { isBareAttestation } from '../../../src/domain/accounts/attestation.ts'

type Cbor = Parameters<typeof isoCBOR.encode>[0]

function attestation(format: string, statement: [string, Cbor][]): string {
  const object = new Map<string, Cbor>([
    ['fmt', format],
    ['attStmt', new Map(statement)],
    ['authData', new Uint8Array(37)],
  ])
  return Buffer.from(isoCBOR.encode(object)).toString('base64url')
}

const signature: [string, Cbor][] = [
  ['alg', -7],
  ['sig', new Uint8Array(64)],
]
const certificate: [string, Cbor] = ['x5c', [new Uint8Array(300)]]

test.each([
  ['nothing', attestation('none', []), true],
  ['the passkey’s own signature', attestation('packed', signature), true],
  ['certificates', attestation('packed', [...signature, certificate]), false],
  ['certificates of one maker', attestation('apple', [certificate]), false],
  ['those of a TPM', attestation('tpm', [...signature, certificate]), false],
  ['no CBOR', 'bm90IGNib3I', false],
  ['emptiness', '', false],
  ['another thing in CBOR', Buffer.from(isoCBOR.encode(7)).toString('base64url'), false],
])('S-066: a passkey that comes with %s', async (_, object, expected) => {
  expect(await isBareAttestation(object)).toBe(expected)
})

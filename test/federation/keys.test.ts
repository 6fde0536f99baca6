import { createPrivateKey, createPublicKey } from 'node:crypto'
import { importMultibaseKey, importPem } from '@fedify/fedify/runtime'
import { describe, expect, test } from 'vitest'
import type { AccountId } from '../../src/base/ids.ts'
import { createUris } from '../../src/base/uris.ts'
import { createKeyring } from '../../src/federation/keys.ts'
import { publicKeyFrom } from '../../src/federation/public-keys.ts'

const uris = createUris('https://weft.test', 'weft.test')
const secret = { reveal: () => 'a secret of the operator' }
const alice = '1000' as AccountId
const bob = '2000' as AccountId
const keyring = createKeyring(secret, uris)

async function keysOf(account: AccountId) {
  const [rsa, ed25519] = await keyring.generate(account)
  if (rsa === undefined || ed25519 === undefined) throw new Error('two keys were promised')
  return { rsa, ed25519 }
}

describe('the keyring', () => {
  test('makes an RSA-2048 and an Ed25519 key whose public halves others can read', async () => {
    const { rsa, ed25519 } = await keysOf(alice)
    expect([rsa.uri, ed25519.uri]).toEqual([
      'https://weft.test/ap/actors/1000#main-key',
      'https://weft.test/ap/actors/1000#ed25519-key',
    ])
    expect(createPublicKey(rsa.publicKey).asymmetricKeyDetails).toMatchObject({
      modulusLength: 2048,
      publicExponent: 65537n,
    })
    expect((await importPem(rsa.publicKey)).algorithm.name).toBe('RSASSA-PKCS1-v1_5')
    expect(ed25519.publicKey).toMatch(/^z6Mk/)
    expect((await importMultibaseKey(ed25519.publicKey)).algorithm.name).toBe('Ed25519')
  })

  test.each(['rsa', 'ed25519'] as const)(
    'opens its own %s key again, which fits the public half',
    async (kind) => {
      const key = (await keysOf(alice))[kind]
      const opened = await createKeyring(secret, uris).open(key.privateKeySealed, alice, kind)
      const signature = await crypto.subtle.sign(opened.algorithm.name, opened, Buffer.from('words'))
      const verifying = publicKeyFrom(kind, key.publicKey).toCryptoKey(
        kind === 'rsa' ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : { name: 'Ed25519' },
        true,
        ['verify'],
      )
      expect(
        await crypto.subtle.verify(opened.algorithm.name, verifying, signature, Buffer.from('words')),
      ).toBe(true)
    },
  )

  test('says in one sentence that the secret is another one', async () => {
    const { rsa } = await keysOf(alice)
    const other = createKeyring({ reveal: () => 'another secret' }, uris)
    await expect(other.open(rsa.privateKeySealed, alice)).rejects.toThrow(
      'The private key of account 1000 cannot be opened: WEFT_SECRET is not the one that it was sealed with.',
    )
  })

  test('S-160: a sealed key opens for no other account and as no other kind', async () => {
    const { rsa, ed25519 } = await keysOf(alice)
    await expect(keyring.open(rsa.privateKeySealed, bob)).rejects.toThrow('cannot be opened')
    await expect(keyring.open(rsa.privateKeySealed, alice, 'ed25519')).rejects.toThrow('cannot be opened')
    await expect(keyring.open(ed25519.privateKeySealed, alice, 'rsa')).rejects.toThrow('cannot be opened')
  })

  test('S-160: what is stored shows nothing of the private half, and no two seals are alike', async () => {
    const { rsa } = await keysOf(alice)
    const opened = await keyring.open(rsa.privateKeySealed, alice)
    const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', opened))
    expect(() => createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })).not.toThrow()
    const windows = Array.from({ length: der.length - 16 }, (_, at) => der.subarray(at, at + 16))
    expect(windows.some((window) => rsa.privateKeySealed.includes(window))).toBe(false)
    const jwk = await crypto.subtle.exportKey('jwk', opened)
    expect(rsa.privateKeySealed.includes(Buffer.from(jwk.d ?? '', 'base64url'))).toBe(false)
  })

  test.each([
    ['cut short', (sealed: Buffer) => sealed.subarray(0, 20), 'not in a form'],
    ['empty', () => Buffer.alloc(0), 'not in a form'],
    [
      'of a later format',
      (sealed: Buffer) => Buffer.concat([Buffer.from([9]), sealed.subarray(1)]),
      'not in a form',
    ],
    ['changed by a bit', flipped, 'cannot be opened'],
  ])('refuses what is %s', async (_what, spoil, message) => {
    const { ed25519 } = await keysOf(alice)
    await expect(keyring.open(spoil(ed25519.privateKeySealed), alice, 'ed25519')).rejects.toThrow(message)
  })
})

function flipped(sealed: Buffer): Buffer {
  const copy = Buffer.from(sealed)
  copy.writeUInt8(copy.readUInt8(20) ^ 1, 20)
  return copy
}

import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { publicKeyFrom } from '../../src/federation/public-keys.ts'
import { makeEd25519Key, makeRsaKey } from '../support/peer/keys.ts'

const rsa = (modulusLength: number, publicExponent = 0x10001) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString()

describe('S-010: a public key', () => {
  test('is read as SPKI, as PKCS #1, and as multibase', async () => {
    const key = await makeRsaKey('https://a.test/#k')
    expect(publicKeyFrom('rsa', key.publicPem).asymmetricKeyType).toBe('rsa')
    const pkcs1 = key.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    expect(publicKeyFrom('rsa', pkcs1).equals(key.publicKey)).toBe(true)
    const ed25519 = await makeEd25519Key('https://a.test/#e')
    expect(publicKeyFrom('ed25519', ed25519.multibase).equals(ed25519.publicKey)).toBe(true)
  })

  test.each([
    ['of 1,024 bits', rsa(1024), 'an RSA key of 1024 bits is not accepted'],
    ['of 8,200 bits', oversized(), 'an RSA key of 8200 bits is not accepted'],
    ['with exponent 1', withExponent(Buffer.from([1])), 'the exponent of the RSA key is not accepted'],
    ['with an even exponent', withExponent(Buffer.from([6])), 'the exponent of the RSA key is not accepted'],
    [
      'with a huge exponent',
      withExponent(Buffer.alloc(200, 0x7f)),
      'the exponent of the RSA key is not accepted',
    ],
    ['of 1 MB', `-----BEGIN PUBLIC KEY-----\n${'A'.repeat(1_000_000)}\n-----END PUBLIC KEY-----`, 'too long'],
    ['that is no PEM', 'ssh-rsa AAAA', 'the public key cannot be read'],
    [
      'that is private',
      generateKeyPairSync('rsa', { modulusLength: 2048 })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
      'the public key cannot be read',
    ],
    [
      'on a curve',
      generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .publicKey.export({ type: 'spki', format: 'pem' })
        .toString(),
      'the public key cannot be read',
    ],
  ])('%s is refused within 5 ms', (_what, pem, reason) => {
    const start = performance.now()
    expect(() => publicKeyFrom('rsa', pem)).toThrow(
      expect.objectContaining({
        code: 'signature.invalid',
        details: { reason: expect.stringContaining(reason) },
      }),
    )
    // The best of several, so that another process on the machine does not decide.
    const times = Array.from({ length: 5 }, () => {
      const from = performance.now()
      try {
        publicKeyFrom('rsa', pem)
      } catch {}
      return performance.now() - from
    })
    expect(Math.min(performance.now() - start, ...times)).toBeLessThan(5)
  })

  test.each(['', 'z', 'z6Mk', 'u6Mkabc', 'zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e', 'z0OIl'])(
    'as multibase that is none (%s) is refused',
    (text) => {
      expect(() => publicKeyFrom('ed25519', text)).toThrow('signature.invalid')
    },
  )
})

function oversized(): string {
  return spki(Buffer.concat([Buffer.from([0x80]), Buffer.alloc(1024, 0x55)]), Buffer.from([1, 0, 1]))
}

function withExponent(exponent: Buffer): string {
  return spki(Buffer.concat([Buffer.from([0xc0]), Buffer.alloc(255, 0x55)]), exponent)
}

/** RFC 8017, appendix A.1.1, in RFC 5280's SubjectPublicKeyInfo. */
function spki(modulus: Buffer, exponent: Buffer): string {
  const key = der(0x30, Buffer.concat([integer(modulus), integer(exponent)]))
  const algorithm = Buffer.from('300d06092a864886f70d0101010500', 'hex')
  const bits = der(0x03, Buffer.concat([Buffer.from([0]), key]))
  const body = der(0x30, Buffer.concat([algorithm, bits])).toString('base64')
  return `-----BEGIN PUBLIC KEY-----\n${body.match(/.{1,64}/g)?.join('\n')}\n-----END PUBLIC KEY-----\n`
}

function integer(bytes: Buffer): Buffer {
  return der(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

function der(tag: number, content: Buffer): Buffer {
  const length = content.length
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}

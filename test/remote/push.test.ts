import { createECDH, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { encryptOld, encryptStandard } from '../../src/remote/push/encrypt.ts'
import { createServices } from '../../src/remote/push/services.ts'
import { decrypted } from '../support/push-service.ts'

const bytes = (text: string) => Buffer.from(text, 'base64url')

test('the example of RFC 8291, Appendix A, comes out byte by byte', () => {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(bytes('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'))
  const keys = {
    p256dh: bytes('BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'),
    auth: bytes('BTBZMqHH6r4Tts7J_aSIgg'),
  }
  const { body, headers } = encryptStandard(Buffer.from('When I grow up, I want to be a watermelon'), keys, {
    salt: bytes('DGv6ra1nlYgDCS1FRnbzlw'),
    ecdh,
  })
  expect(headers).toEqual({ 'Content-Encoding': 'aes128gcm' })
  expect(body.toString('base64url')).toBe(
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  )
})

test.each([
  ['aes128gcm', encryptStandard],
  ['aesgcm', encryptOld],
] as const)('an app reads %s by itself, and nobody else does', (encoding, encrypt) => {
  const [app, other] = [createECDH('prime256v1'), createECDH('prime256v1')]
  app.generateKeys()
  other.generateKeys()
  const auth = randomBytes(16)
  for (const length of [1, 300, 3800]) {
    const plain = randomBytes(length)
    const { body, headers } = encrypt(plain, { p256dh: app.getPublicKey(), auth })
    const request = {
      body,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
    }
    expect(request.headers['content-encoding']).toBe(encoding)
    expect(body.length).toBeLessThanOrEqual(4096)
    expect(decrypted(request, app, auth).equals(plain)).toBe(true)
    expect(() => decrypted(request, other, auth)).toThrow()
    expect(() => decrypted(request, app, randomBytes(16))).toThrow()
  }
})

test('a push service that does not answer holds up a few messages, and then none for a while', () => {
  const services = createServices()
  const tries = (host: string, times: number) =>
    Array.from({ length: times }, () => services.enter(host)).filter((seconds) => seconds === 0).length
  expect(tries('tarpit.test', 20)).toBe(8)
  for (let n = 0; n < 8; n++) services.leave('tarpit.test', 'away')
  expect(tries('tarpit.test', 20)).toBe(0)
  expect(tries('good.test', 1)).toBe(1)
  services.leave('good.test', 'answered')
  expect(tries('good.test', 60)).toBe(48)
})

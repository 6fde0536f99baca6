import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  type ECDH,
  hkdfSync,
  randomBytes,
  verify,
} from 'node:crypto'
import type { Answer, Peer, PeerRequest } from './peer.ts'

const HOST = 'push.test'

/** An app with keys of its own, at a push service; it reads what it is sent by itself, by the letter of the standards. */
export interface PushedApp {
  readonly endpoint: string
  /** as an app sends them */
  readonly keys: { readonly p256dh: string; readonly auth: string }
  /** what came, in order */
  readonly requests: readonly PeerRequest[]
  /** from now on the service answers so */
  answers(answer: Answer | Answer[] | ((request: PeerRequest) => Answer)): void
  /** what was said, in order */
  messages(): Record<string, unknown>[]
  /** as it came, byte by byte */
  texts(): string[]
}

let count = 0

export function pushedApp(peer: Peer, host = HOST): PushedApp {
  peer.resolvesTo(host, ['93.184.216.34'])
  const endpoint = `${peer.origin(host)}/wpush/${++count}-${randomBytes(8).toString('hex')}`
  peer.answer(endpoint, { status: 201 })
  const ecdh = createECDH('prime256v1')
  ecdh.generateKeys()
  const auth = randomBytes(16)
  const app: PushedApp = {
    endpoint,
    keys: { p256dh: ecdh.getPublicKey('base64url'), auth: auth.toString('base64url') },
    get requests() {
      return peer.requests.filter(({ url }) => url === endpoint)
    },
    answers: (answer) => peer.answer(endpoint, answer),
    messages: () => app.texts().map((text) => JSON.parse(text)),
    texts: () => app.requests.map((request) => decrypted(request, ecdh, auth).toString()),
  }
  return app
}

/** By whichever encoding it says. */
export function decrypted(
  { headers, body }: Pick<PeerRequest, 'headers' | 'body'>,
  ecdh: ECDH,
  auth: Buffer,
): Buffer {
  const encoding = headers['content-encoding']
  if (encoding === 'aes128gcm') return decryptStandard(body, ecdh, auth)
  if (encoding !== 'aesgcm') throw new Error(`no encoding of Web Push: ${encoding}`)
  const salt = /(?:^|[;,]\s*)salt=([\w-]+)/.exec(headers.encryption ?? '')?.[1] ?? ''
  const dh = /(?:^|[;,]\s*)dh=([\w-]+)/.exec(headers['crypto-key'] ?? '')?.[1] ?? ''
  return decryptOld(body, ecdh, auth, {
    salt: Buffer.from(salt, 'base64url'),
    dh: Buffer.from(dh, 'base64url'),
  })
}

/** RFC 8291 over RFC 8188, one record. */
export function decryptStandard(body: Buffer, ecdh: ECDH, auth: Buffer): Buffer {
  const salt = body.subarray(0, 16)
  const keyLength = body[20] ?? 0
  const theirs = body.subarray(21, 21 + keyLength)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), theirs])
  const ikm = hkdf(ecdh.computeSecret(theirs), auth, info, 32)
  const key = hkdf(ikm, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = hkdf(ikm, salt, Buffer.from('Content-Encoding: nonce\0'), 12)
  const plain = opened(body.subarray(21 + keyLength), key, nonce)
  const end = plain.lastIndexOf(2)
  return plain.subarray(0, end)
}

/** draft-ietf-webpush-encryption-04 over draft-ietf-httpbis-encryption-encoding-03, one record. */
function decryptOld(
  body: Buffer,
  ecdh: ECDH,
  auth: Buffer,
  { salt, dh }: { readonly salt: Buffer; readonly dh: Buffer },
): Buffer {
  const ikm = hkdf(ecdh.computeSecret(dh), auth, Buffer.from('Content-Encoding: auth\0'), 32)
  const withLength = (key: Buffer) => Buffer.concat([Buffer.from([0, key.length]), key])
  const context = Buffer.concat([Buffer.from('P-256\0'), withLength(ecdh.getPublicKey()), withLength(dh)])
  const info = (kind: string) => Buffer.concat([Buffer.from(`Content-Encoding: ${kind}\0`), context])
  const plain = opened(body, hkdf(ikm, salt, info('aesgcm'), 16), hkdf(ikm, salt, info('nonce'), 12))
  return plain.subarray(2 + plain.readUInt16BE(0))
}

function hkdf(key: Buffer, salt: Buffer, info: Buffer, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, info, length))
}

function opened(sealed: Buffer, key: Buffer, nonce: Buffer): Buffer {
  const decipher = createDecipheriv('aes-128-gcm', key, nonce, { authTagLength: 16 })
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
}

/** The claims of the token that says which server asks, once its signature is checked against the key that came along. */
export function vapidOf({ headers }: Pick<PeerRequest, 'headers'>): {
  claims: Record<string, unknown>
  key: string
} {
  const authorization = headers.authorization ?? ''
  const [, standard, standardKey] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization) ?? []
  const [, old] = /^WebPush ([\w.-]+)$/.exec(authorization) ?? []
  const key = standardKey ?? /p256ecdsa=([\w-]+)/.exec(headers['crypto-key'] ?? '')?.[1] ?? ''
  const [head = '', claims = '', signature = ''] = (standard ?? old ?? '').split('.')
  const point = Buffer.from(key, 'base64url')
  const publicKey = createPublicKey({
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
    format: 'jwk',
  })
  const good = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  if (!good) throw new Error('the signature is not by that key')
  return { claims: JSON.parse(Buffer.from(claims, 'base64url').toString()), key }
}

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** Where the server's own secret is. What is sealed under it is of no use to whoever has the database alone. */
export interface Vault {
  readonly config: { readonly secret: { reveal(): string } }
}

const FORMAT = 1
const IV_LENGTH = 12
const TAG_LENGTH = 16
const START = 1 + IV_LENGTH

/**
 * Seals with AES-256-GCM under a key derived from the secret (HKDF-SHA-256).
 * Layout: format (1 byte), IV (12), what is sealed, tag (16).
 * @param boundTo what it is and whose: it opens for nothing else
 */
export function seal(vault: Vault, plain: Buffer, boundTo: string): Buffer {
  const iv = randomBytes(IV_LENGTH)
  const cipher = createCipheriv('aes-256-gcm', keyFor(vault, 'sealing'), iv, { authTagLength: TAG_LENGTH })
  cipher.setAAD(Buffer.from(boundTo))
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([Buffer.from([FORMAT]), iv, sealed, cipher.getAuthTag()])
}

/** What was sealed; undefined when it was not, or not with this secret and for this. */
export function unseal(vault: Vault, sealed: Buffer, boundTo: string): Buffer | undefined {
  if (sealed[0] !== FORMAT || sealed.length <= START + TAG_LENGTH) return undefined
  const iv = sealed.subarray(1, START)
  const cipher = createDecipheriv('aes-256-gcm', keyFor(vault, 'sealing'), iv, { authTagLength: TAG_LENGTH })
  cipher.setAAD(Buffer.from(boundTo))
  cipher.setAuthTag(sealed.subarray(-TAG_LENGTH))
  try {
    return Buffer.concat([cipher.update(sealed.subarray(START, -TAG_LENGTH)), cipher.final()])
  } catch {
    return undefined
  }
}

/** A hash that only this server can make, so that short things cannot be found out from it by trying. */
export function keyedHash(vault: Vault, purpose: string, text: string): Buffer {
  return createHmac('sha256', keyFor(vault, purpose)).update(text).digest()
}

function keyFor({ config }: Vault, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', config.secret.reveal(), '', `weft: second factors, ${purpose}`, 32))
}

/** The part of `http_ece` that is used here; the package brings no types. */
declare module 'http_ece' {
  import type { ECDH } from 'node:crypto'

  interface EncryptOptions {
    /** RFC 8188, or the draft before it */
    readonly version: 'aes128gcm' | 'aesgcm'
    /** 16 bytes */
    readonly salt: Buffer
    /** our key pair, for this message alone */
    readonly privateKey: ECDH
    /** their public key */
    readonly dh: Buffer
    readonly authSecret: Buffer
  }

  const ece: { encrypt(plain: Buffer, options: EncryptOptions): Buffer }
  export default ece
}

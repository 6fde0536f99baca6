import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits, as base64url: access and refresh tokens, codes, secrets of clients. Opaque to whoever has it. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** Whether something can be a token at all: what cannot is not looked for. */
export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

/** All that is kept of a token. Nobody guesses 256 bits, so a plain hash is enough. */
export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Compares in the same time whatever is in them. */
export function sameHash(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

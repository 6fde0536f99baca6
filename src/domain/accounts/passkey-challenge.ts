import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Db } from '../../db/connect.ts'
import { useChallenge } from './passkey-store.ts'
import { keyedHash, type Vault } from './vault.ts'

const CHALLENGE_MS = 15 * 60_000
const RANDOM_BYTES = 16
const TIME_BYTES = 6
const HEAD = RANDOM_BYTES + TIME_BYTES

/** For what a passkey is asked, and in which browser: an answer counts for nothing else. */
export interface Ceremony {
  readonly purpose: 'sign-in' | 'second-factor' | 'confirm' | 'add'
  /** something that only this browser has */
  readonly browser: string
}

/**
 * What a passkey has to sign: random bits, until when they hold, and a keyed hash by which this server knows them again.
 * Nothing is stored before it is answered, so showing a page costs no write.
 */
export function newChallenge(vault: Vault, ceremony: Ceremony, now: Date): Buffer {
  const head = Buffer.alloc(HEAD)
  randomBytes(RANDOM_BYTES).copy(head)
  head.writeUIntBE(now.getTime() + CHALLENGE_MS, RANDOM_BYTES, TIME_BYTES)
  return Buffer.concat([head, markOf(vault, ceremony, head)])
}

/** Whether a challenge is one of ours, for this, and still holds. */
export function isChallenge(vault: Vault, ceremony: Ceremony, now: Date, text: string): boolean {
  const bytes = Buffer.from(text, 'base64url')
  const head = bytes.subarray(0, HEAD)
  const mark = bytes.subarray(HEAD)
  const expected = markOf(vault, ceremony, head)
  if (mark.length !== expected.length || !timingSafeEqual(mark, expected)) return false
  return now.getTime() < untilOf(head)
}

/** Takes a challenge that was answered rightly, once and for all. */
export async function takeChallenge(db: Db, text: string, now: Date): Promise<boolean> {
  const bytes = Buffer.from(text, 'base64url')
  const hash = createHash('sha256').update(bytes).digest()
  return useChallenge(db, hash, { now, until: new Date(untilOf(bytes)) })
}

function untilOf(bytes: Buffer): number {
  return bytes.readUIntBE(RANDOM_BYTES, TIME_BYTES)
}

function markOf(vault: Vault, { purpose, browser }: Ceremony, head: Buffer): Buffer {
  return keyedHash(vault, 'challenges', `${purpose}\n${browser}\n${head.toString('hex')}`)
}

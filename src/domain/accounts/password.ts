import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { refuse } from '../../base/refusal.ts'
import { isCommonPassword } from './common-passwords.ts'

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane; about 35 ms on one core. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 }
const SALT_BYTES = 16
const TAG_BYTES = 32
const SHORTEST = 8
const LONGEST = 128

/** libuv has four threads and the rest of the server needs some of them for files and name look-ups. */
const AT_ONCE = 2
/** More than this waiting is an attack or an overload; saying so at once keeps the others' wait below two seconds. */
const WAITING = 64

const derive = promisify(argon2)
const queue: (() => void)[] = []
let running = 0

/**
 * Hashes a new password into a PHC string (`$argon2id$v=19$m=19456,t=2,p=1$salt$tag`), off the main thread.
 * @param others words the password must not be, such as the account's name
 * @throws Refusal `password.too-short` | `password.too-long` | `password.too-common`, or `busy` when too many wait
 */
export async function hashPassword(password: string, others: readonly string[] = []): Promise<string> {
  checkPassword(password, others)
  const salt = randomBytes(SALT_BYTES)
  const tag = await inTurn(() => derive('argon2id', parameters(password, salt, COST)))
  const { memory, passes, parallelism } = COST
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`
}

/**
 * Whether the password belongs to the hash. Without a hash it takes as long and is false, so that nobody can tell
 * from the time whether there is such an account.
 * @throws Refusal `busy` when too many wait
 */
export async function verifyPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  const stored = (hash && read(hash)) || NOBODY
  // Too long for any account of ours; the cost of finding out must not grow with what was typed.
  const candidate = [...password].length > LONGEST ? '' : password
  const tag = await inTurn(() =>
    derive('argon2id', { ...parameters(candidate, stored.salt, stored.cost), tagLength: stored.tag.length }),
  )
  return timingSafeEqual(tag, stored.tag) && stored !== NOBODY && candidate === password
}

/** Refuses a password that is too short, too long, or among the first that anybody would try. */
export function checkPassword(password: string, others: readonly string[] = []): void {
  const length = [...password].length
  if (length < SHORTEST) refuse('password.too-short', { shortest: SHORTEST })
  if (length > LONGEST) refuse('password.too-long', { longest: LONGEST })
  if (isCommonPassword(password, others)) refuse('password.too-common')
}

interface Cost {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

interface Stored {
  readonly cost: Cost
  readonly salt: Buffer
  readonly tag: Buffer
}

/** What an unknown name is compared with. */
const NOBODY: Stored = { cost: COST, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) }

/** The same password typed on two keyboards may be composed differently; NFKC makes them one (NIST SP 800-63B). */
function parameters(password: string, nonce: Buffer, cost: Cost) {
  return { message: password.normalize('NFKC'), nonce, ...cost, tagLength: TAG_BYTES }
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

function read(hash: string): Stored | undefined {
  const [, memory, passes, parallelism, salt = '', tag = ''] = PHC.exec(hash) ?? []
  if (memory === undefined) return undefined
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (queue.length >= WAITING) refuse('busy', { retryAfterSeconds: 2 })
    await new Promise<void>((resolve) => queue.push(resolve))
  } else {
    running += 1
  }
  try {
    return await work()
  } finally {
    // The turn is handed on, not given back, so that nobody can slip in between.
    const next = queue.shift()
    if (next) next()
    else running -= 1
  }
}

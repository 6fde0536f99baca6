import { expect } from 'vitest'
import { type FoundKey, type KeyFinder, verifyRequest } from '../../src/federation/verify.ts'
import { movableClock } from '../support/clock.ts'
import { makeEd25519Key, makeRsaKey, type PeerKey } from '../support/peer/keys.ts'
import { type SignOptions, signed } from '../support/peer/signer.ts'

export const ALICE = 'https://peer.test/users/alice'
const INBOX = 'https://weft.test/ap/inbox'
export const rsa = await makeRsaKey(`${ALICE}#main-key`)
export const ed25519 = await makeEd25519Key(`${ALICE}#ed25519-key`)
export const mallory = await makeRsaKey('https://evil.test/users/mallory#main-key')
export const body = Buffer.from('{"type":"Create"}')
export const clock = movableClock(new Date())

/** What we hold, what the owners' servers would say, and which of them were asked. */
export const table = new Map<string, FoundKey>()
export const origin = new Map<string, FoundKey | Error>()
export const refetched: string[] = []

export const keys: KeyFinder = {
  find: async (uri) => table.get(uri),
  refetch: async (uri) => {
    refetched.push(uri)
    const answer = origin.get(uri)
    if (answer instanceof Error) throw answer
    if (answer) table.set(uri, answer)
    return answer
  },
}

/** Alice and Mallory are known, and their servers stand by their keys. */
export function startOver(): void {
  clock.set(new Date())
  table.clear()
  origin.clear()
  refetched.length = 0
  for (const key of [rsa, ed25519, mallory]) {
    table.set(key.uri, found(key))
    origin.set(key.uri, found(key))
  }
}

export function found(key: PeerKey, more: Partial<FoundKey> = {}): FoundKey {
  return {
    keyUri: key.uri,
    actorUri: key.uri.replace(/#.*/, ''),
    kind: key.kind,
    publicKey: key.kind === 'rsa' ? key.publicPem : key.multibase,
    fetchedAt: minutesAway(-60),
    ...more,
  }
}

export interface Sent extends SignOptions {
  readonly method?: string
  /** where it really arrives */
  readonly url?: string
  /** what was signed instead of that */
  readonly path?: string
}

/** A request by Alice, signed and spoilt as told. */
export function request({ method = 'POST', url = INBOX, path = url, ...sign }: Sent = {}) {
  const post = method === 'POST'
  const headers = { [post ? 'content-type' : 'accept']: 'application/activity+json' }
  const out = signed({ method, url: path, headers, body: post ? body : undefined }, rsa, sign)
  return { method: out.method, url, headers: out.headers, body: out.body ?? Buffer.alloc(0) }
}

export const check = (sent: Sent = {}, finder = keys) => verifyRequest(request(sent), finder, clock)

export const refused = (reason: string | RegExp, code = 'signature.invalid') =>
  expect.objectContaining({
    code,
    details: expect.objectContaining({ reason: expect.stringMatching(reason) }),
  })

export const seconds = (offset: number) => Math.floor(clock.now().getTime() / 1000) + offset

export function minutesAway(minutes: number): Date {
  return new Date(clock.now().getTime() + minutes * 60_000)
}

import { timingSafeEqual } from 'node:crypto'
import { type AccountId, readId } from '../../base/ids.ts'
import { keyedHash, type Vault } from './vault.ts'

/** What a link in a letter is for, and how long it holds. */
const HOLDS_MS = { confirm: 2 * 86_400_000, reset: 3_600_000 } as const
export type LinkPurpose = keyof typeof HOLDS_MS

const TOKEN = /^(\d{1,19})\.([0-9a-z]{1,10})\.([\w-]{43})$/

/**
 * What proves to us that somebody got a letter. It follows from the server's secret and from what it is to change, so
 * there is no row of it to be stolen; and once that has changed, it holds no more.
 * @param state what it is to change, as it is now
 */
export function linkToken(
  vault: Vault,
  purpose: LinkPurpose,
  accountId: AccountId,
  state: string,
  now: Date,
): string {
  const until = Math.floor((now.getTime() + HOLDS_MS[purpose]) / 1000)
  return `${accountId}.${until.toString(36)}.${proofOf(vault, purpose, accountId, until, state)}`
}

export interface GivenLink {
  readonly accountId: AccountId
  readonly until: number
  readonly proof: string
}

/** What a token says of itself; whether that is true is for `linkHolds` to say. */
export function readLink(token: string): GivenLink | undefined {
  const [, id, until = '', proof = ''] = TOKEN.exec(token) ?? []
  const accountId = readId<AccountId>(id)
  return accountId && { accountId, until: Number.parseInt(until, 36), proof }
}

export function linkHolds(
  vault: Vault,
  purpose: LinkPurpose,
  { accountId, until, proof }: GivenLink,
  state: string,
  now: Date,
): boolean {
  const expected = Buffer.from(proofOf(vault, purpose, accountId, until, state))
  const given = Buffer.from(proof)
  const same = given.length === expected.length && timingSafeEqual(given, expected)
  return same && until * 1000 > now.getTime()
}

function proofOf(
  vault: Vault,
  purpose: LinkPurpose,
  accountId: AccountId,
  until: number,
  state: string,
): string {
  const text = JSON.stringify([purpose, accountId, until, state])
  return keyedHash(vault, 'links in letters', text).toString('base64url')
}

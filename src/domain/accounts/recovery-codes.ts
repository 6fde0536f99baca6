import { randomInt } from 'node:crypto'
import type { AccountId } from '../../base/ids.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { hasRecoveryCodes, replaceRecoveryCodes, useRecoveryCode } from './second-factor-store.ts'
import { keyedHash, type Vault } from './vault.ts'

const HOW_MANY = 10
/** Without those that are taken for one another. */
const SIGNS = 'abcdefghjkmnpqrstuvwxyz23456789'
const GROUPS = 3
const GROUP = 4

/**
 * Gives an account ten new codes, each good once, in place of those it had. They are kept as keyed hashes only: this is
 * the one time that they can be shown.
 */
export async function renewRecoveryCodes(
  world: Pick<World, 'db'> & Vault,
  accountId: AccountId,
): Promise<readonly string[]> {
  return transact(world.db, (tx) => putNewCodes(world, tx, accountId))
}

/** Whoever has a factor has codes: gives them with the first one. @returns those just made, if they were */
export async function ensureRecoveryCodes(
  vault: Vault,
  tx: Tx,
  accountId: AccountId,
): Promise<readonly string[] | undefined> {
  return (await hasRecoveryCodes(tx, accountId)) ? undefined : putNewCodes(vault, tx, accountId)
}

/** Takes a code, however it was typed, once and for all. */
export async function takeRecoveryCode(
  world: Pick<World, 'db' | 'clock'> & Vault,
  accountId: AccountId,
  typed: string,
): Promise<boolean> {
  return useRecoveryCode(world.db, accountId, hashOf(world, accountId, typed), world.clock.now())
}

async function putNewCodes(vault: Vault, tx: Tx, accountId: AccountId): Promise<readonly string[]> {
  const codes = Array.from({ length: HOW_MANY }, newCode)
  const hashes = codes.map((code) => hashOf(vault, accountId, code))
  await replaceRecoveryCodes(tx, accountId, hashes)
  return codes
}

/** 59 random bits, as `abcd-efgh-jkmn`. */
function newCode(): string {
  const sign = () => SIGNS[randomInt(SIGNS.length)]
  const group = () => Array.from({ length: GROUP }, sign).join('')
  return Array.from({ length: GROUPS }, group).join('-')
}

function hashOf(vault: Vault, accountId: AccountId, typed: string): Buffer {
  const code = typed.toLowerCase().replace(/[\s-]/g, '')
  return keyedHash(vault, 'recovery codes', `${accountId}:${code}`)
}

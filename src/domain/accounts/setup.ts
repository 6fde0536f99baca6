import { createHmac, timingSafeEqual } from 'node:crypto'
import { Refusal, refuse } from '../../base/refusal.ts'
import type { World } from '../world.ts'
import type { LocalAccount } from './account.ts'
import { hasOwner } from './login-store.ts'
import { checkPassword } from './password.ts'
import { registerAccount } from './register.ts'

/**
 * The token of the one-time link that makes the owner. It follows from the secret alone, so every process knows it
 * and nothing is stored; it is worth nothing once there is an owner.
 */
export function ownerSetupToken(secret: string): string {
  return createHmac('sha256', secret).update('weft owner-setup link, version 1').digest('base64url')
}

/** Refuses with `setup.closed` unless this is the token and there is no owner yet. */
export async function requireSetupToken(
  world: Pick<World, 'db'>,
  secret: string,
  token: string,
): Promise<void> {
  const expected = Buffer.from(ownerSetupToken(secret))
  const given = Buffer.from(token)
  const same = given.length === expected.length && timingSafeEqual(given, expected)
  if (!same || (await hasOwner(world.db))) refuse('setup.closed')
}

export interface OwnerSetup {
  readonly token: string
  readonly name: string
  readonly displayName: string
  readonly password: string
}

/**
 * Makes the owner's account. Of any number of people who use the link at the same time one becomes the owner, and the
 * others are refused with `setup.closed` and leave nothing behind.
 */
export async function createOwner(world: World, secret: string, input: OwnerSetup): Promise<LocalAccount> {
  await requireSetupToken(world, secret, input.token)
  checkPassword(input.password, [input.name])
  try {
    const { name, displayName, password } = input
    return await registerAccount(world, { name, displayName, password, role: 'owner' })
  } catch (error) {
    if (error instanceof Refusal && (await hasOwner(world.db))) refuse('setup.closed')
    throw error
  }
}

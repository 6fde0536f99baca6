import { transact } from '../../db/transact.ts'
import type { Account } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { withdrawWishes } from './ask.ts'

/** Somebody takes back what waited for approval; @returns false when nothing did. */
export async function withdrawWish(world: World, actor: Account, uri: string): Promise<boolean> {
  return (await transact(world.db, (tx) => withdrawWishes(tx, actor.id, uri))) > 0
}

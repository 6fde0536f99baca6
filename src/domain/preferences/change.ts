import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'
import type { Preferences } from './find.ts'
import { savePreferences } from './store.ts'

/**
 * Changes what somebody wants as long as they do not say otherwise; what is not named stays.
 * @throws Refusal 'post.language'
 */
export async function changePreferences(
  world: Pick<World, 'db'>,
  account: LocalAccount,
  change: Partial<Preferences>,
): Promise<void> {
  const { language } = change
  if (language && !/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(language)) refuse('post.language')
  await transact(world.db, (tx) => savePreferences(tx, account.id, change))
}

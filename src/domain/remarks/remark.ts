import type { AccountId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { cleanText } from '../../text/clean.ts'
import type { LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { deleteRemark, saveRemark } from './store.ts'

/** In characters. */
const LONGEST = 2000

/**
 * Notes something of an account, for oneself alone; nothing takes what was noted away.
 * @throws Refusal 'remark.too-long'
 */
export async function remarkOn(
  world: World,
  account: LocalAccount,
  target: { readonly id: AccountId },
  written: string,
): Promise<void> {
  const text = cleanText(written).trim()
  if ([...text].length > LONGEST) refuse('remark.too-long', { limit: LONGEST })
  if (text === '') await deleteRemark(world.db, account.id, target.id)
  else await saveRemark(world.db, account.id, target.id, text, world.clock.now())
}

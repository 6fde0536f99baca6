import type { AccountId, AttachmentId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Tx } from '../../db/transact.ts'
import { setDescription, setFocus } from './describe-store.ts'
import { LONGEST_DESCRIPTION } from './keep.ts'

/**
 * Says of files of somebody here what they show.
 * @throws Refusal 'media.description'
 */
export async function describeFiles(
  tx: Tx,
  accountId: AccountId,
  descriptions: ReadonlyMap<AttachmentId, string>,
): Promise<void> {
  for (const [id, description] of descriptions) {
    if (description.length > LONGEST_DESCRIPTION) refuse('media.description', { limit: LONGEST_DESCRIPTION })
    await setDescription(tx, accountId, id, description)
  }
}

/** Says of files of somebody here which spot must stay visible. */
export async function focusFiles(
  tx: Tx,
  accountId: AccountId,
  focuses: ReadonlyMap<AttachmentId, { readonly x: number; readonly y: number }>,
): Promise<void> {
  for (const [id, focus] of focuses) await setFocus(tx, accountId, id, focus)
}

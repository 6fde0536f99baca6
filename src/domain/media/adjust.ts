import type { AttachmentId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { cleanText } from '../../text/clean.ts'
import type { LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { describeFiles, focusFiles } from './describe.ts'
import { deleteWaitingFile, lockOwnFile } from './store.ts'

export interface Adjustment {
  readonly description?: string
  readonly focus?: Focus
}
export interface Focus {
  readonly x: number
  readonly y: number
}

/**
 * Says something else of a file that waits to be posted. What is posted is changed by an edit of its post, which tells
 * everybody who has it.
 * @throws Refusal 'media.not-found', 'media.description'
 */
export async function adjustFile(
  world: World,
  owner: LocalAccount,
  id: AttachmentId,
  { description, focus }: Adjustment,
): Promise<void> {
  await transact(world.db, async (tx) => {
    if ((await lockOwnFile(tx, owner.id, id)) !== 'waiting') refuse('media.not-found')
    if (description !== undefined)
      await describeFiles(tx, owner.id, new Map([[id, cleanText(description).trim()]]))
    if (focus) await focusFiles(tx, owner.id, new Map([[id, focus]]))
  })
}

/** Forgets a file that nobody was given yet. @throws Refusal 'media.not-found', 'media.in-use' */
export async function dropFile(world: World, owner: LocalAccount, id: AttachmentId): Promise<void> {
  await transact(world.db, async (tx) => {
    const state = await lockOwnFile(tx, owner.id, id)
    if (state === undefined) refuse('media.not-found')
    if (state === 'used') refuse('media.in-use')
    await deleteWaitingFile(tx, owner.id, id)
  })
}

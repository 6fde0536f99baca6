import type { AttachmentId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { transact } from '../../db/transact.ts'
import { cleanText } from '../../text/clean.ts'
import type { LocalAccount } from '../accounts/account.ts'
import type { World } from '../world.ts'
import { describeFiles, focusFiles } from './describe.ts'
import { checkDescription } from './keep.ts'
import { deleteWaitingFile, lockOwnFile } from './store.ts'
import { adjustUnready, deleteUnready } from './unready-store.ts'

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
  { description: given, focus }: Adjustment,
): Promise<void> {
  const description = given === undefined ? undefined : cleanText(given).trim()
  const change = { ...(description !== undefined && { description }), ...(focus && { focus }) }
  if (description !== undefined) checkDescription(description)
  await transact(world.db, async (tx) => {
    // Whatever becomes ready meanwhile is found among what waits.
    if (await adjustUnready(tx, owner.id, id, change)) return
    if ((await lockOwnFile(tx, owner.id, id)) !== 'waiting') refuse('media.not-found')
    if (description !== undefined) await describeFiles(tx, owner.id, new Map([[id, description]]))
    if (focus) await focusFiles(tx, owner.id, new Map([[id, focus]]))
  })
}

/** Forgets a file that nobody was given yet. @throws Refusal 'media.not-found', 'media.in-use' */
export async function dropFile(world: World, owner: LocalAccount, id: AttachmentId): Promise<void> {
  await transact(world.db, async (tx) => {
    if (await deleteUnready(tx, owner.id, id)) return
    const state = await lockOwnFile(tx, owner.id, id)
    if (state === undefined) refuse('media.not-found')
    if (state === 'used') refuse('media.in-use')
    await deleteWaitingFile(tx, owner.id, id)
  })
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Response } from 'express'
import type { AccountId, AttachmentId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import { viewUnready } from '../../views/unready.ts'

/** Proxies give up on what says nothing for a minute. */
export const LONGEST_WAIT_MS = 50_000
const LOOK_EVERY_MS = 250

/**
 * Waits for a file to be ready, or to fail, as long as whoever asked waits and we are not to stop.
 * @param ms no longer than that
 */
export async function untilReady(
  { db, draining }: { readonly db: Db; readonly draining: AbortSignal },
  file: { readonly ownerId: AccountId; readonly id: AttachmentId },
  res: Response,
  ms: number,
): Promise<void> {
  const deadline = performance.now() + ms
  while (performance.now() < deadline && !res.closed && !draining.aborted) {
    const unready = await viewUnready(db, file.ownerId, file.id)
    if (!unready || unready.failure !== null) return
    await sleep(LOOK_EVERY_MS)
  }
}

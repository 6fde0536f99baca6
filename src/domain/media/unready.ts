import type { AttachmentId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Db } from '../../db/connect.ts'
import { transact } from '../../db/transact.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { claimOnce, keepOnce, type OnceOnly } from '../activities/once.ts'
import type { World } from '../world.ts'
import type { FileFailure, MadeFile, Round, UnreadyFile } from './attachment.ts'
import { checkDescription } from './keep.ts'
import { insertStoredFile } from './store.ts'
import { isReady } from './unready-find.ts'
import {
  beginRound,
  countUnderway,
  insertUnready,
  markFailed,
  markLost,
  takeUnready,
} from './unready-store.ts'

/** The payload of the job `film`. */
export interface FilmJob {
  readonly id: AttachmentId
  /** names in the media storage of what an earlier try has left there */
  readonly left?: readonly string[]
}

/** As many of one person's as a post can hold. */
const MOST_UNDERWAY = 20
const RETRY_SECONDS = 60

/**
 * Remembers what was just handed in, and that something is to be made of it: both or neither. It has its id at once.
 * @throws Refusal 'media.description', 'request.too-many'; for a request that is carried out once also what `claimOnce`
 * says
 */
export async function keepUnready(
  world: World,
  owner: LocalAccount,
  file: UnreadyFile,
  once: OnceOnly | undefined,
): Promise<AttachmentId> {
  checkDescription(file.description)
  return transact(world.db, async (tx) => {
    if (once && (await claimOnce(tx, once))) return refuse('request.in-flight')
    if ((await countUnderway(tx, owner.id)) >= MOST_UNDERWAY)
      refuse('request.too-many', { retryAfterSeconds: RETRY_SECONDS })
    const id = world.ids.next<AttachmentId>()
    await insertUnready(tx, id, owner.id, file, world.clock.now())
    await enqueue(tx, [{ kind: 'film', payload: { id } satisfies FilmJob }])
    if (once) await keepOnce(world, tx, once, id)
    return id
  })
}

/**
 * Begins to make a file ready. Whoever else is at it, having been taken for dead, cannot end it any more.
 * @returns what is to be made, if anything is; and whether anybody holds what an earlier round has made
 */
export async function beginFile(
  db: Db,
  id: AttachmentId,
): Promise<{ readonly round: Round | undefined; readonly ready: boolean }> {
  const round = await beginRound(db, id)
  return { round, ready: round === undefined && (await isReady(db, id)) }
}

/**
 * Lets it wait to be posted, as what was made of it.
 * @returns false when it was forgotten meanwhile, or somebody else has begun anew
 */
export async function finishFile(
  { db, clock }: Pick<World, 'db' | 'clock'>,
  round: Round,
  made: MadeFile,
): Promise<boolean> {
  return transact(db, async (tx) => {
    const file = await takeUnready(tx, round)
    if (!file) return false
    const { accountId, kind: _guessed, ...said } = file
    await insertStoredFile(tx, round.id, accountId, { ...said, ...made }, clock.now())
    return true
  })
}

/** Nothing can be made of it, for good. */
export function failFile(db: Db, round: Round, failure: FileFailure): Promise<void> {
  return markFailed(db, round, failure)
}

const LOST_MS = 300_000

/** What whoever worked on it has given up is worked on by nobody: so its owner is told. */
export function failLostFiles({ db, clock }: Pick<World, 'db' | 'clock'>): Promise<void> {
  return markLost(db, new Date(clock.now().getTime() - LOST_MS))
}

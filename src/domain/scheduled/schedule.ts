import type { ActivityId, ScheduledId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { handlesIn } from '../../text/tokens.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { lockAccount } from '../accounts/store.ts'
import { claimOnce, findOnce, keepOnce, type OnceOnly } from '../activities/once.ts'
import { keepForScheduled } from '../media/store.ts'
import { findMentioned } from '../posts/compose.ts'
import { publishPost } from '../posts/publish.ts'
import { within } from '../posts/publish-once.ts'
import type { World } from '../world.ts'
import { countScheduled } from './find.ts'
import type { ScheduledJob, WaitingDraft } from './scheduled.ts'
import { deleteScheduled, insertScheduled, setDueAt } from './store.ts'

/** As Mastodon has them. */
const SOONEST_MS = 300_000
const MOST = 300
const MOST_A_DAY = 25

/**
 * Lets a post of somebody here wait for its time. What could not be said now cannot wait either.
 * @throws Refusal 'scheduled.too-soon', 'scheduled.too-many', and as `publishPost` does
 */
export async function schedulePost(
  world: World,
  author: LocalAccount,
  draft: WaitingDraft,
  dueAt: Date,
  once: OnceOnly | undefined,
): Promise<ScheduledId> {
  const earlier = once && (await findOnce(world.db, once))
  if (earlier) return earlier as string as ScheduledId
  requireLater(world, dueAt)
  await tryOut(world, author, draft)
  return transact(world.db, async (tx) => {
    const done = once && (await claimOnce(tx, once))
    if (done) return done as string as ScheduledId
    await requireRoom(tx, author, dueAt)
    const id = world.ids.next<ScheduledId>()
    await insertScheduled(tx, { id, accountId: author.id, dueAt, draft }, world.clock.now())
    const mediaIds = [...new Set(draft.mediaIds)]
    const kept = mediaIds.length > 0 ? await keepForScheduled(tx, author.id, id, mediaIds) : 0
    if (kept < mediaIds.length) refuse('media.unusable')
    await enqueue(tx, [jobFor(id, dueAt)])
    if (once) await keepOnce(world, tx, once, id as string as ActivityId)
    return id
  })
}

/** Gives it another time. @throws Refusal 'scheduled.not-found', 'scheduled.too-soon' */
export async function reschedulePost(
  world: World,
  author: LocalAccount,
  id: ScheduledId,
  dueAt: Date,
): Promise<void> {
  requireLater(world, dueAt)
  await transact(world.db, async (tx) => {
    if (!(await setDueAt(tx, author.id, id, dueAt))) refuse('scheduled.not-found')
    await enqueue(tx, [jobFor(id, dueAt)])
  })
}

/** It will not be said; its files wait on, for a day. @throws Refusal 'scheduled.not-found' */
export async function cancelScheduled(world: World, author: LocalAccount, id: ScheduledId): Promise<void> {
  if (!(await deleteScheduled(world.db, author.id, id))) refuse('scheduled.not-found')
}

function jobFor(scheduledId: ScheduledId, dueAt: Date) {
  return { kind: 'scheduled' as const, payload: { scheduledId } satisfies ScheduledJob, dueAt }
}

function requireLater({ clock }: World, dueAt: Date): void {
  if (dueAt.getTime() <= clock.now().getTime() + SOONEST_MS) refuse('scheduled.too-soon')
}

async function requireRoom(tx: Tx, author: LocalAccount, dueAt: Date): Promise<void> {
  await lockAccount(tx, author.id)
  const day = new Date(Math.floor(dueAt.getTime() / 86_400_000) * 86_400_000)
  const { all, thatDay } = await countScheduled(tx, author.id, day)
  if (all >= MOST || thatDay >= MOST_A_DAY) refuse('scheduled.too-many', { most: MOST, daily: MOST_A_DAY })
}

/** Thrown to undo what was only tried. */
class Undone extends Error {}

/** Says it and takes it back before anybody could hear: so nothing waits for its time that would be refused then. */
async function tryOut(world: World, author: LocalAccount, draft: WaitingDraft): Promise<void> {
  await findMentioned(world, handlesIn(draft.text))
  const trial = transact(world.db, async (tx) => {
    await publishPost(within(world, tx), author, draft)
    throw new Undone()
  })
  await trial.catch((error: unknown) => {
    if (!(error instanceof Undone)) throw error
  })
}

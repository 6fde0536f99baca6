import type { AccountId, AttachmentId, ObjectId, PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Db } from '../../db/connect.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { LocalAccount } from '../accounts/account.ts'
import { claimOnce, keepOnce, type OnceOnly } from '../activities/once.ts'
import type { World } from '../world.ts'
import { type Attached, MOST_ATTACHMENTS, type StoredFile } from './attachment.ts'
import {
  claimFiles,
  claimFilesForObject,
  deleteAttachmentsOf,
  deleteWaiting,
  deleteWaitingFile,
  dropOtherFiles,
  insertAttachments,
  insertStoredFile,
  takeStrayFiles,
} from './store.ts'
import { anyUnderway } from './unready-find.ts'
import { deleteOldUnready, deleteUnready } from './unready-store.ts'

/** Characters of a description of our own. */
export const LONGEST_DESCRIPTION = 1500

/** @throws Refusal 'media.description' */
export function checkDescription(description: string): void {
  if (description.length > LONGEST_DESCRIPTION) refuse('media.description', { limit: LONGEST_DESCRIPTION })
}

/** Remembers a file that was just stored for somebody here, until they post it or a day has passed. */
export async function keepFile(world: World, owner: LocalAccount, stored: StoredFile): Promise<AttachmentId> {
  checkDescription(stored.description)
  const id = world.ids.next<AttachmentId>()
  await insertStoredFile(world.db, id, owner.id, stored, world.clock.now())
  return id
}

/**
 * The same for a request that is carried out once: the file and that it came are kept together, or neither.
 * @throws Refusal 'request.in-flight' when it came again meanwhile, 'request.key-reused'
 */
export async function keepFileOnce(
  world: World,
  owner: LocalAccount,
  stored: StoredFile,
  once: OnceOnly | undefined,
): Promise<AttachmentId> {
  if (!once) return keepFile(world, owner, stored)
  return transact(world.db, async (tx) => {
    if (await claimOnce(tx, once)) return refuse('request.in-flight')
    const id = await keepFile({ ...world, db: tx }, owner, stored)
    await keepOnce(world, tx, once, id)
    return id
  })
}

/** Forgets a file that waits to be posted, as if it had not come. */
export async function discardFile(db: Db, ownerId: AccountId, id: AttachmentId): Promise<void> {
  if (!(await deleteUnready(db, ownerId, id))) await deleteWaitingFile(db, ownerId, id)
}

/** @throws Refusal 'media.too-many' */
export function checkMedia(ids: readonly AttachmentId[]): void {
  if (ids.length > MOST_ATTACHMENTS) refuse('media.too-many', { most: MOST_ATTACHMENTS })
}

/**
 * Makes these files of its author's, in this order, all that a post of ours holds.
 * @throws Refusal 'media.not-found' when one of them is not theirs, or is posted already; 'media.not-ready'
 */
export async function attachFiles(
  tx: Tx,
  accountId: AccountId,
  postId: PostId,
  ids: readonly AttachmentId[],
): Promise<void> {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return
  const claimed = await claimFiles(tx, accountId, postId, wanted)
  if (claimed < wanted.length) await refuseFiles(tx, accountId, wanted)
}

/**
 * Of these files of somebody not all can be had.
 * @throws Refusal 'media.not-ready' when one is still worked on, else 'media.not-found'
 */
export async function refuseFiles(
  db: Db,
  accountId: AccountId,
  ids: readonly AttachmentId[],
): Promise<never> {
  return refuse((await anyUnderway(db, accountId, ids)) ? 'media.not-ready' : 'media.not-found')
}

/** The same for a post that may hold others until now. */
export async function replaceFiles(
  tx: Tx,
  accountId: AccountId,
  postId: PostId,
  ids: readonly AttachmentId[],
): Promise<void> {
  await dropOtherFiles(tx, postId, ids)
  await attachFiles(tx, accountId, postId, ids)
}

/**
 * Makes these files of its owner's what an object holds that is no post.
 * @throws Refusal 'media.not-found' when one of them is not theirs, or is posted already; 'media.not-ready'
 */
export async function attachFilesToObject(
  tx: Tx,
  accountId: AccountId,
  objectId: ObjectId,
  ids: readonly AttachmentId[],
): Promise<void> {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return
  const claimed = await claimFilesForObject(tx, accountId, objectId, wanted)
  if (claimed < wanted.length) await refuseFiles(tx, accountId, wanted)
}

interface Holder {
  readonly id: PostId
  readonly accountId: AccountId
  readonly holds: { readonly attachments: readonly Attached[] }
}

/** Stores what posts from elsewhere hold; no query where they hold nothing. */
export async function keepAttachments(
  world: Pick<World, 'ids'>,
  tx: Tx,
  posts: readonly Holder[],
): Promise<void> {
  await insertAttachments(
    tx,
    posts.flatMap(({ id, accountId, holds }) =>
      holds.attachments.map((attached, position) => ({
        ...attached,
        id: world.ids.next<AttachmentId>(),
        postId: id,
        accountId,
        position,
      })),
    ),
  )
}

/**
 * Lets posts from elsewhere hold something else.
 * @param had which of them held anything before
 */
export async function replaceAttachments(
  world: Pick<World, 'ids'>,
  tx: Tx,
  posts: readonly Holder[],
  had: readonly PostId[],
): Promise<void> {
  if (had.length > 0) await deleteAttachmentsOf(tx, had)
  await keepAttachments(world, tx, posts)
}

const WAITING_MS = 86_400_000
const AT_ONCE = 500

/**
 * Forgets files that nobody posted within a day, and names those whose rows are gone, so that they can be removed. What
 * is named is not named again.
 */
export async function strayFiles(world: Pick<World, 'db' | 'clock'>): Promise<string[]> {
  const before = new Date(world.clock.now().getTime() - WAITING_MS)
  await deleteWaiting(world.db, before)
  await deleteOldUnready(world.db, before)
  return takeStrayFiles(world.db, AT_ONCE)
}

import type { AccountId, ActivityId, InboxItemId, PostId } from '../../base/ids.ts'
import { together } from '../../db/together.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { saidIn } from '../activities/said.ts'
import { tellEntered } from '../events/tell.ts'
import { surroundingsOf } from '../posts/surroundings-find.ts'
import type { World } from '../world.ts'
import { hasOpenInboxes, newestActivitiesOf, widelyHeard } from './find.ts'
import {
  deleteFollowersOnly,
  deleteShowing,
  insertOtherItems,
  insertPostItemForSome,
  insertPostItems,
  type OtherItem,
  type PostItem,
} from './store.ts'

export type { Concerns, OtherItem } from './store.ts'

type InboxWorld = Pick<World, 'ids' | 'uris' | 'clock' | 'limits'>

/** A post that was said, changed or shown, and by which activity, where that is known. */
export interface NewPostItem {
  readonly kind: PostItem['kind']
  readonly postId: PostId
  readonly authorId: AccountId
  readonly local: boolean
  readonly activityUri: string | undefined
}

/** The job that goes on where more have it in their inbox than one transaction should take. */
export interface InboxFanOut {
  readonly item: PostItem
  readonly after: AccountId | '0'
}

/** The job that writes posts down for whoever reads them there, so that not even the first has to wait for it. */
export interface InboxWriting {
  readonly write: readonly (readonly [ownerId: AccountId, postIds: readonly PostId[]])[]
}

const CHUNK = 5000

/**
 * Lets posts come into the inboxes of people here whose inbox is kept, one or a hundred: at once, within the caller's
 * transaction, where an author has few followers of that kind; by jobs for the rest. What stands there already is left.
 */
export async function enterPosts(world: InboxWorld, tx: Tx, posts: readonly NewPostItem[]): Promise<void> {
  if (posts.length === 0) return
  const said = await uriOfOurs(tx, posts)
  const items = posts.map(({ kind, postId, activityUri }): PostItem => {
    const id = world.ids.next<InboxItemId>()
    const ours = said.get(`${kind} ${postId}`)
    return {
      id,
      kind,
      postId,
      uri: activityUri ?? (ours ? world.uris.activity(ours) : world.uris.received(id)),
    }
  })
  const { followersWithin: most } = world.limits
  const authorIds = [...new Set(posts.map(({ authorId }) => authorId))]
  const [came, wide] = await together(
    insertPostItems(tx, items, { now: world.clock.now(), most }),
    mayBeWide(tx, authorIds, most) ? widelyHeard(tx, authorIds, most) : new Set(),
  )
  await writeAhead(tx, came)
  if (wide.size === 0) return
  const more = items.filter((_item, index) => wide.has(posts[index]?.authorId ?? ('' as AccountId)))
  await enqueue(
    tx,
    more.map((item) => ({ kind: 'inbox', payload: { item, after: '0' } satisfies InboxFanOut })),
  )
}

/** Whoever has few followers here has few with an inbox. */
function mayBeWide(tx: Tx, authorIds: readonly AccountId[], most: number): boolean {
  return (surroundingsOf(tx, authorIds)?.followersHere ?? Number.POSITIVE_INFINITY) > most
}

async function writeAhead(tx: Tx, came: ReadonlyMap<PostId, AccountId>): Promise<void> {
  if (came.size === 0) return
  const owners = Map.groupBy(came, ([, ownerId]) => ownerId)
  const write = [...owners].map(([ownerId, posts]) => [ownerId, posts.map(([postId]) => postId)] as const)
  await enqueue(tx, [{ kind: 'inbox', payload: { write } satisfies InboxWriting }])
}

/** One chunk of a large fan-out; enqueues the next in the same transaction. */
export async function enterMore(
  world: Pick<World, 'db' | 'clock'>,
  { item, after }: InboxFanOut,
): Promise<void> {
  await transact(world.db, async (tx) => {
    const last = await insertPostItemForSome(tx, item, { after, limit: CHUNK, now: world.clock.now() })
    if (last) await enqueue(tx, [{ kind: 'inbox', payload: { item, after: last } satisfies InboxFanOut }])
  })
}

async function uriOfOurs(tx: Tx, posts: readonly NewPostItem[]): Promise<Map<string, ActivityId>> {
  const found = new Map<string, ActivityId>()
  for (const kind of ['Create', 'Update'] as const) {
    const ours = posts.filter((post) => post.local && post.kind === kind)
    const now = new Map(
      saidIn(tx).flatMap(({ kind: of, postId, id }) => (of === kind && postId ? [[postId, id]] : [])),
    )
    for (const [postId, activityId] of now) found.set(`${kind} ${postId}`, activityId)
    const ids = await newestActivitiesOf(
      tx,
      ours.map(({ postId }) => postId).filter((postId) => !now.has(postId)),
      kind,
    )
    for (const [postId, activityId] of ids) found.set(`${kind} ${postId}`, activityId)
  }
  return found
}

/** Lets anything else come into the inboxes of those here whom it concerns. */
export async function enterOthers(
  world: Pick<World, 'clock'>,
  tx: Tx,
  items: readonly OtherItem[],
): Promise<void> {
  if (items.length === 0 || !(await hasOpenInboxes(tx))) return
  await insertOtherItems(tx, items, world.clock.now())
  await tellEntered(world, tx, [], [])
}

/** A follow has ended. */
export async function forgetFollowed(tx: Tx, ownerId: AccountId, authorId: AccountId): Promise<void> {
  await deleteFollowersOnly(tx, ownerId, authorId)
}

/** Somebody wants to see nothing of an account; what that one did itself is left out as long as this is so. */
export async function hideShown(tx: Tx, ownerId: AccountId, accountId: AccountId): Promise<void> {
  await deleteShowing(tx, ownerId, accountId)
}

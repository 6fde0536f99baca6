import type { AccountId, InboxItemId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { World } from '../world.ts'
import { enterOthers } from './enter.ts'

/** An activity of somebody here, as it is kept. */
export interface Said {
  readonly id: string
  readonly accountId: AccountId
  readonly kind: string
  readonly postId: PostId | null
  readonly body: string
}

/** What is about posts comes with them, what keeps people apart is not told to them, and what is gone just goes. */
const POSTS = new Set(['Create', 'Update', 'Announce'])
const NEVER = new Set(['Delete', 'Block', 'Flag'])
/** What concerns whom it names, and is of no interest to all who follow. */
const NAMED_ONLY = new Set(['Undo', 'Add', 'Remove', 'Update'])

/** Lets what somebody here has done come into the inboxes of those here whom it is for, openly or blindly. */
export async function enterSaid(
  world: Pick<World, 'clock'>,
  tx: Tx,
  said: Said,
  to: { readonly accountIds: readonly AccountId[]; readonly followers: boolean },
): Promise<void> {
  const { kind, postId, accountId, body } = said
  if (NEVER.has(kind) || (postId !== null && POSTS.has(kind))) return
  const followers = to.followers && !NAMED_ONLY.has(kind)
  if (!followers && to.accountIds.length === 0) return
  const { uri, object } = namesIn(body)
  if (kind === 'Undo' && object.type !== undefined && NEVER.has(object.type)) return
  const concerns = { accountIds: to.accountIds, followers }
  // Its own id is a time as well: of when it was said, which is when it comes.
  const id = said.id as InboxItemId
  await enterOthers(world, tx, [
    { id, uri, actorId: accountId, kind, objectUri: object.id ?? null, body, concerns },
  ])
}

type Named = { readonly id?: string; readonly type?: string }

function namesIn(body: string): { readonly uri: string; readonly object: Named } {
  const { id, object } = JSON.parse(body) as { id: string; object?: string | Named }
  return { uri: id, object: typeof object === 'string' ? { id: object } : (object ?? {}) }
}

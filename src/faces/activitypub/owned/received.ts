import type { InboxItemId, NotificationId, PostId } from '../../../base/ids.ts'
import type { LocalAccount } from '../../../domain/accounts/account.ts'
import type { World } from '../../../domain/world.ts'
import type { JsonObject } from '../../../translate/json.ts'
import { noteContext } from '../../../translate/to-activity/context.ts'
import { receivedFrom } from '../../../translate/to-activity/received.ts'
import { viewReceivedById, viewReceivedByUri } from '../../../views/inboxes.ts'
import { listNotices } from '../../../views/notifications.ts'
import { viewPost } from '../../../views/posts.ts'
import { noticeItems, saidItems } from './lists.ts'

type ReadingWorld = Pick<World, 'db' | 'uris'>

/** An activity that came to somebody here, by its own id, whether or not the server that it is from is to be had. */
export async function readReceived(
  { db, uris }: ReadingWorld,
  owner: LocalAccount,
  uri: string,
): Promise<JsonObject | undefined> {
  const received = await viewReceivedByUri(db, owner.id, uri)
  return received && standingAlone(receivedFrom(received, uris))
}

/** The same by the id that it has here: in the inbox, in the home, or among what they were told. */
export async function readReceivedById(
  world: ReadingWorld,
  owner: LocalAccount,
  id: InboxItemId,
): Promise<JsonObject | undefined> {
  const { db, uris } = world
  const received = await viewReceivedById(db, owner.id, id)
  if (received) return standingAlone(receivedFrom(received, uris))
  const post = await viewPost(db, id as string as PostId, { accountId: owner.id })
  const told = post ? [] : (await listNotices(db, owner.id, id as string as NotificationId)).items
  const [item] = post ? await saidItems(world, owner, [post]) : await noticeItems(world, owner, told)
  return item && standingAlone(item.json)
}

/** With a context of its own, which within a list it shares with the others. */
function standingAlone({ '@context': context = noteContext, ...json }: JsonObject): JsonObject {
  return { '@context': context, ...json }
}

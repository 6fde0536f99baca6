import type { InboxItemId, NotificationId, PostId } from '../../../base/ids.ts'
import type { LocalAccount } from '../../../domain/accounts/account.ts'
import { ensureInbox } from '../../../domain/inboxes/open.ts'
import { keepTexts, type PostText } from '../../../domain/inboxes/texts.ts'
import type { World } from '../../../domain/world.ts'
import type { JsonObject } from '../../../translate/json.ts'
import { noticeActivity } from '../../../translate/to-activity/notices.ts'
import { isLasting, receivedText, saidFrom } from '../../../translate/to-activity/received.ts'
import { followersUrisOf } from '../../../views/accounts.ts'
import type { InboxFilter } from '../../../views/inbox-near.ts'
import {
  countInbox,
  listInbox,
  type ReceivedView,
  receivedUrisOf,
  viewReceivedByUri,
} from '../../../views/inboxes.ts'
import { countNotices, listNotices, type NoticeView } from '../../../views/notifications.ts'
import { viewPosts } from '../../../views/posts.ts'
import type { Range } from '../../../views/ranges.ts'
import { countHome, listHomeRange } from '../../../views/timelines.ts'
import type { PostView } from '../../../views/view.ts'
import type { Item, OwnedList, Piece } from './list.ts'

type ListWorld = Pick<World, 'db' | 'uris' | 'clock'>

/** Everything that came to somebody here. */
export function inboxOf(world: ListWorld, owner: LocalAccount): OwnedList {
  const { db, uris } = world
  async function read(range: Range, filter?: InboxFilter): Promise<Piece> {
    await ensureInbox(world, owner.id)
    const { items, ...piece } = await listInbox(db, owner.id, range, filter)
    return { ...piece, items: await writeItems(world, items) }
  }
  return {
    uri: uris.inbox(owner.id),
    ownerUri: owner.uri,
    about: { inboxOf: owner.uri, eventStream: uris.events(uris.inbox(owner.id)) },
    async count() {
      await ensureInbox(world, owner.id)
      return countInbox(db, owner.id)
    },
    read,
    search: read,
    async seek(uri) {
      await ensureInbox(world, owner.id)
      return (await viewReceivedByUri(db, owner.id, uri))?.id
    },
  }
}

/** Each as text; how a post is written is kept for whoever reads it next. */
async function writeItems(world: ListWorld, items: readonly ReceivedView[]): Promise<Item[]> {
  const written: PostText[] = []
  const texts = items.map((item) => ({
    key: item.id,
    text: receivedText(item, world.uris, (about, text) => {
      if (isLasting(about)) written.push({ postId: about.shownId, stamp: about.stamp, ...text })
    }),
  }))
  await keepTexts(world, written)
  return texts
}

/** What somebody's home shows, as the activities by which it was said. */
export function homeOf({ db, uris }: ListWorld, owner: LocalAccount): OwnedList {
  return {
    uri: uris.homeStream(owner.id),
    ownerUri: owner.uri,
    about: { name: 'home', eventStream: uris.events(uris.homeStream(owner.id)) },
    count: () => countHome(db, owner.id),
    async read(range) {
      const { items, ...piece } = await listHomeRange(db, owner.id, range)
      return { ...piece, items: asTexts(await saidItems({ db, uris }, owner, items)) }
    },
    async seek(uri) {
      const received = await viewReceivedByUri(db, owner.id, uri)
      const postId = received?.postId ?? uris.receivedIdFrom(uri)
      if (postId === undefined) return undefined
      const range = { limit: 1, past: String(BigInt(postId) + 1n) }
      const [found] = (await listHomeRange(db, owner.id, range)).items
      return found?.id === postId ? postId : undefined
    },
  }
}

/** What somebody was told, as the activities that it tells of. */
export function notificationsOf({ db, uris }: ListWorld, owner: LocalAccount): OwnedList {
  return {
    uri: uris.notificationsStream(owner.id),
    ownerUri: owner.uri,
    about: { name: 'notifications', eventStream: uris.events(uris.notificationsStream(owner.id)) },
    count: () => countNotices(db, owner.id),
    async read(range) {
      const { items, ...piece } = await listNotices(db, owner.id, range)
      return { ...piece, items: asTexts(await noticeItems({ db, uris }, owner, items)) }
    },
    async seek(uri) {
      const id = uris.receivedIdFrom(uri)
      const { items } = id
        ? await listNotices(db, owner.id, id as string as NotificationId)
        : await listNotices(db, owner.id, { limit: 200 })
      const json = await noticeItems({ db, uris }, owner, items)
      return json.find((item) => item.json.id === uri)?.key
    },
  }
}

/** An activity with where it stands. */
export interface SaidItem {
  readonly key: string
  readonly json: JsonObject
}

const asTexts = (items: readonly SaidItem[]): Item[] =>
  items.map(({ key, json }) => ({ key, text: JSON.stringify(json) }))

type ViewWorld = Pick<World, 'db' | 'uris'>

/** Posts as they were said; those that came under no id that is known have one of ours, at which they are to be had. */
export async function saidItems(
  { db, uris }: ViewWorld,
  owner: Pick<LocalAccount, 'id' | 'uri'>,
  posts: readonly PostView[],
): Promise<SaidItem[]> {
  const [known, followersUris] = await Promise.all([
    receivedUrisOf(
      db,
      owner.id,
      posts.map(({ id }) => id),
    ),
    followersUrisOf(
      db,
      posts.flatMap(({ author, boostOf }) => [author.id, ...(boostOf ? [boostOf.author.id] : [])]),
    ),
  ])
  return posts.map((post) => {
    const own = post.boostOf ? post.uri : uris.received(post.id as string as InboxItemId)
    return { key: post.id, json: saidFrom(known.get(post.id) ?? own, post, followersUris, uris) }
  })
}

/** Notifications as activities: about posts with these, the rest as they are told. */
export async function noticeItems(
  { db, uris }: ViewWorld,
  owner: Pick<LocalAccount, 'id' | 'uri'>,
  notices: readonly NoticeView[],
): Promise<SaidItem[]> {
  const ids = [...new Set(notices.flatMap((notice) => shownBy(notice) ?? []))]
  const posts = await viewPosts(db, ids, { accountId: owner.id })
  const said = new Map((await saidItems({ db, uris }, owner, posts)).map(({ key, json }) => [key, json]))
  return notices.map((notice) => {
    const own = notice.activityUri ?? uris.received(notice.id as string as InboxItemId)
    const json = said.get(shownBy(notice) ?? '') ?? noticeActivity(own, notice, owner.uri, uris)
    return { key: notice.id, json }
  })
}

/** The post that a notification is about because it says something to its owner. */
function shownBy({ kind, postId, boostId }: NoticeView): PostId | null {
  if (kind === 'boost') return boostId
  return kind === 'mention' || kind === 'quote' || kind === 'status' ? postId : null
}

import type { AccountId, PostId } from '../../../base/ids.ts'
import type { World } from '../../../domain/world.ts'
import { conversationFrom } from '../../../translate/to-mastodon/conversation.ts'
import { statusFrom, type Telling } from '../../../translate/to-mastodon/status.ts'
import { viewAccounts } from '../../../views/accounts.ts'
import { namedIn, talkFrom } from '../../../views/conversations.ts'
import { type Hearing, mayHear } from '../../../views/hearers.ts'
import {
  homesWith,
  type LivePost,
  listsShowing,
  livePosts,
  type OwnedTalk,
  talksEndingWith,
} from '../../../views/live.ts'
import { eventOf, type Reader, type SharedView, viewForMany } from '../../../views/many.ts'
import type { Board, Subscription } from './board.ts'
import type { From } from './channels.ts'
import type { Delivery, Happened } from './delivery.ts'
import { Message } from './message.ts'

type TellWorld = Pick<World, 'db' | 'uris' | 'clock'>

/** One who may get a post, as soon as it is certain that they may. */
interface Candidate {
  readonly at: number
  readonly postId: PostId
  readonly to: Subscription
  /** what it takes beside being told of it there; undefined where nothing does */
  readonly hearing?: Hearing
}

/** Posts that have come or changed: into homes and lists, and for whoever listens to all or to a hashtag. */
export async function tellPosts(
  world: TellWorld,
  board: Board,
  happened: readonly Happened[],
): Promise<Delivery[]> {
  if (happened.length === 0) return []
  const ids = [...new Set(happened.map(idOf))]
  const [candidates, talks] = await Promise.all([
    candidatesFor(world, board, happened, ids),
    talksIn(world, board, happened),
  ])
  const heard = await allowed(world, candidates)
  const wanted = new Map<PostId, Map<AccountId, Reader>>()
  for (const { postId, to } of heard) want(wanted, postId, to.hearer.reader)
  for (const { ownerId, lastPostId } of talks)
    for (const { hearer } of board.directs.get(ownerId) ?? []) want(wanted, lastPostId, hearer.reader)
  const shared = await viewForMany(
    world.db,
    new Map([...wanted].map(([id, readers]) => [id, [...readers.values()]])),
  )
  return [
    ...statusesFor(world, happened, heard, shared),
    ...(await conversationsFor(world, board, happened, talks, shared)),
  ]
}

const idOf = ({ event }: Happened) => event.thingId as PostId

function want(wanted: Map<PostId, Map<AccountId, Reader>>, id: PostId, reader: Reader): void {
  const readers = wanted.get(id)
  if (readers) readers.set(reader.id, reader)
  else wanted.set(id, new Map([[reader.id, reader]]))
}

async function candidatesFor(
  { db }: TellWorld,
  board: Board,
  happened: readonly Happened[],
  ids: readonly PostId[],
): Promise<readonly Candidate[]> {
  const open = board.public.size > 0 || board.tags.size > 0
  const [homes, lists, posts] = await Promise.all([
    homesWith(
      db,
      happened.map((one) => ({
        postId: idOf(one),
        // Of one that has changed everybody hears who has it.
        writtenBy: one.event.verb === 'Update' ? null : one.event.writtenBy,
      })),
      [...board.homes.keys()],
    ),
    listsShowing(db, ids, [...board.lists.keys()]),
    open ? livePosts(db, ids) : [],
  ])
  const byId = new Map(posts.map((post) => [post.id, post]))
  const standing = Map.groupBy(lists, ({ postId }) => postId)
  const fromHomes = homes.flatMap(({ at, ownerId }) => {
    const one = happened[at]
    return one ? [...(board.homes.get(ownerId) ?? [])].map((to) => inHome(one, to)) : []
  })
  const fromOpen = happened.flatMap((one) => {
    if (one.event.thing !== 'post') return []
    const postId = idOf(one)
    const post = byId.get(postId)
    const listed = (standing.get(postId) ?? []).flatMap(({ listId }) => [...(board.lists.get(listId) ?? [])])
    return [
      ...listed.map((to) => ({ at: one.at, postId, to })),
      ...(post ? inOpen(board, post) : []).map((to) => inPublic(one, to)),
    ]
  })
  return [...fromHomes, ...fromOpen]
}

function inHome(one: Happened, to: Subscription): Candidate {
  const { id } = to.hearer.reader
  return {
    at: one.at,
    postId: idOf(one),
    to,
    hearing: { event: eventOf(idOf(one), 'home', id), readerId: id },
  }
}

function inPublic(one: Happened, to: Subscription): Candidate {
  const postId = idOf(one)
  return {
    at: one.at,
    postId,
    to,
    hearing: { event: eventOf(postId, 'public'), readerId: to.hearer.reader.id },
  }
}

/** Who listens to what strangers read, where this post stands. */
function inOpen(board: Board, post: LivePost): Subscription[] {
  if (!post.open) return []
  const everywhere = post.answer ? [] : [...board.public]
  const tagged = post.tags.flatMap((tag) => [...(board.tags.get(tag) ?? [])])
  return [...everywhere, ...tagged].filter(({ channel }) => {
    if (channel.kind === 'hashtag') return isFrom(post, channel.from)
    return channel.kind === 'public' && isFrom(post, channel.from) && (!channel.media || post.media)
  })
}

const isFrom = ({ local }: LivePost, from: From) => from === undefined || local === (from === 'here')

/** The hearings of many are asked together: what one reader may hear by two connections is one question. */
async function allowed({ db }: TellWorld, candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
  const asked = new Map<string, Hearing>()
  for (const { hearing } of candidates) if (hearing) asked.set(keyOf(hearing), hearing)
  if (asked.size === 0) return candidates
  const may = await mayHear(db, [...asked.values()])
  return candidates.filter(({ hearing }) => {
    const one = hearing && asked.get(keyOf(hearing))
    return one === undefined || may.has(one)
  })
}

const keyOf = ({ event, readerId }: Hearing) => `${event.topic.name} ${event.thingId} ${readerId}`

type Shared = ReadonlyMap<PostId, readonly SharedView[]>

function statusesFor(
  world: TellWorld,
  happened: readonly Happened[],
  heard: readonly Candidate[],
  shared: Shared,
): Delivery[] {
  const changed = new Set(happened.filter(({ event }) => event.verb === 'Update').map(({ at }) => at))
  const messages = new Map<string, Message>()
  const texts = new Map<SharedView, string>()
  const views = viewsByReader(shared)
  return heard.flatMap(({ at, postId, to }) => {
    const view = views.get(postId)?.get(to.hearer.reader.id)
    if (!view) return []
    const name = changed.has(at) ? 'status.update' : 'update'
    const number = shared.get(postId)?.indexOf(view)
    const key = `${name} ${postId} ${number}`
    let message = messages.get(key)
    if (!message) {
      const text =
        texts.get(view) ?? JSON.stringify(statusFrom(view.view, tellingFor(world, view.readers[0])))
      texts.set(view, text)
      message = new Message(name, text)
      messages.set(key, message)
    }
    return [{ at, to, message }]
  })
}

function viewsByReader(shared: Shared): ReadonlyMap<PostId, ReadonlyMap<AccountId, SharedView>> {
  return new Map(
    [...shared].map(([id, views]) => [
      id,
      new Map(views.flatMap((view) => view.readers.map((reader) => [reader.id, view] as const))),
    ]),
  )
}

function tellingFor({ uris, clock }: TellWorld, reader: Reader | undefined): Telling {
  return { uris, now: clock.now(), reader }
}

async function talksIn(
  { db }: TellWorld,
  board: Board,
  happened: readonly Happened[],
): Promise<readonly OwnedTalk[]> {
  const added = happened.filter(({ event }) => event.verb === 'Add' && event.thing === 'post')
  return talksEndingWith(db, added.map(idOf), [...board.directs.keys()])
}

async function conversationsFor(
  world: TellWorld,
  board: Board,
  happened: readonly Happened[],
  talks: readonly OwnedTalk[],
  shared: Shared,
): Promise<Delivery[]> {
  if (talks.length === 0) return []
  const views = viewsByReader(shared)
  const people = talks.flatMap(({ lastPostId, ownerId }) => {
    const last = views.get(lastPostId)?.get(ownerId)
    return last ? [ownerId, ...namedIn(last.view)] : []
  })
  const accounts = await viewAccounts(world.db, [...new Set(people)])
  const places = new Map(happened.map((one) => [idOf(one), one.at]))
  return talks.flatMap((talk) => {
    const last = views.get(talk.lastPostId)?.get(talk.ownerId)
    if (!last) return []
    const subscriptions = [...(board.directs.get(talk.ownerId) ?? [])]
    const reader = subscriptions[0]?.hearer.reader
    const view = talkFrom(talk, last.view, talk.ownerId, accounts)
    const text = JSON.stringify(conversationFrom(view, tellingFor(world, reader)))
    const message = new Message('conversation', text)
    return subscriptions.map((to) => ({ at: places.get(talk.lastPostId) ?? 0, to, message }))
  })
}

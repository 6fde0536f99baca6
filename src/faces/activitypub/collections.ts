import type { CollectionCallbackSetters, Context, RequestContext } from '@fedify/fedify'
import { type Activity, Announce, Create, Person } from '@fedify/fedify/vocab'
import { type FollowId, type PostId, readId } from '../../base/ids.ts'
import { createFrom } from '../../translate/to-activity/activities.ts'
import { announceFrom } from '../../translate/to-activity/reactions.ts'
import { viewCreateIds } from '../../views/activities.ts'
import { countOutbox, listOutbox } from '../../views/posts.ts'
import { listFollowers, listFollowing } from '../../views/relationships.ts'
import type { AccountView, FollowView, Page, PostView } from '../../views/view.ts'
import type { Reading } from '../http/fedify.ts'
import { findActor } from './actors.ts'
import { exactly } from './exactly.ts'
import type { SurfaceParts } from './parts.ts'

/** The cursor of every first page: always there, since Mastodon takes a list without one for hidden. */
export const FIRST_PAGE = 'first'
const POSTS_PER_PAGE = 20
const PEOPLE_PER_PAGE = 40

/** Registers what an actor lists: its outbox, whom it follows and who follows it. */
export function registerCollections(parts: SurfaceParts): void {
  const { federation, db } = parts
  const people = { limit: PEOPLE_PER_PAGE }

  const outbox = federation.setOutboxDispatcher(
    '/ap/actors/{identifier}/outbox',
    readPage(parts, (account, maxId?: PostId) => pageOfOutbox(parts, account, maxId)),
  )
  const followers = federation.setFollowersDispatcher(
    '/ap/actors/{identifier}/followers',
    readPage(parts, async (account, maxId?: FollowId) =>
      actorsIn(await listFollowers(db, account.id, maxId === undefined ? people : { ...people, maxId })),
    ),
  )
  const following = federation.setFollowingDispatcher(
    '/ap/actors/{identifier}/following',
    readPage(parts, async (account, maxId?: FollowId) =>
      actorsIn(await listFollowing(db, account.id, maxId === undefined ? people : { ...people, maxId })),
    ),
  )
  countAndBegin(parts, outbox, (account) => countOutbox(db, account.id))
  countAndBegin(parts, followers, (account) => account.counts.followers)
  countAndBegin(parts, following, (account) => account.counts.following)
}

/** Whose list it is; undefined when there is no such actor, or it has nothing to list any more. */
export async function findOwner(
  parts: SurfaceParts,
  identifier: string,
  reading: Reading,
): Promise<AccountView | undefined> {
  const account = reading.account ?? (await findActor(parts, identifier))
  if (!account || account.suspended) return undefined
  reading.account = account
  reading.public = true
  reading.gone = account.deleted
  return account.deleted ? undefined : account
}

/** A dispatcher of pages, newest first, whose cursor is the last id of the page before. */
function readPage<Id extends string, Item>(
  parts: SurfaceParts,
  list: (account: AccountView, maxId?: Id) => Promise<Page<Item>>,
) {
  return async ({ data }: Context<Reading>, identifier: string, cursor: string | null) => {
    const maxId = readId<Id>(cursor ?? undefined)
    if (cursor !== FIRST_PAGE && maxId === undefined) return null
    const account = await findOwner(parts, identifier, data)
    if (!account) return null
    data.lasting = cursor === FIRST_PAGE
    const page = await (maxId === undefined ? list(account) : list(account, maxId))
    return { items: page.items, nextCursor: page.next ?? null }
  }
}

function countAndBegin<Filter>(
  parts: SurfaceParts,
  list:
    | CollectionCallbackSetters<RequestContext<Reading>, Reading, Filter>
    | CollectionCallbackSetters<Context<Reading>, Reading, Filter>,
  count: (account: AccountView) => number | Promise<number>,
): void {
  list.setFirstCursor(async ({ data }: Context<Reading>, identifier: string) => {
    data.lasting = true
    return (await findOwner(parts, identifier, data)) ? FIRST_PAGE : null
  })
  list.setCounter(async ({ data }, identifier) => {
    const account = await findOwner(parts, identifier, data)
    return account ? count(account) : null
  })
}

async function pageOfOutbox(
  parts: SurfaceParts,
  account: AccountView,
  maxId?: PostId,
): Promise<Page<Activity>> {
  const { db, uris } = parts
  const options = { limit: POSTS_PER_PAGE, ...(maxId === undefined ? {} : { maxId }) }
  const { items: posts, ...page } = await listOutbox(db, account.id, options)
  const creates = await viewCreateIds(
    db,
    posts.map((post) => post.id),
  )
  const activityOf = (post: PostView): Activity[] => {
    if (post.boostOf) return [announceOf(parts, post, post.boostOf)]
    const id = creates.get(post.id)
    if (id === undefined) return []
    const { '@context': _context, ...json } = createFrom(id, post, uris)
    return [exactly(new Create({ id: new URL(uris.activity(id)) }), json)]
  }
  return { ...page, items: posts.flatMap(activityOf) }
}

function announceOf({ uris }: SurfaceParts, boost: PostView, original: PostView): Announce {
  const { '@context': _context, ...json } = announceFrom({
    uri: boost.uri,
    actorUri: boost.author.uri,
    followersUri: uris.followers(boost.author.id),
    postUri: original.uri,
    authorUri: original.author.uri,
    visibility: boost.visibility,
    publishedAt: boost.publishedAt,
  })
  return exactly(new Announce({ id: new URL(boost.uri) }), json)
}

/** Each as its id alone, letter by letter: what a URL makes of an id may be another one. */
function actorsIn({ items, ...page }: Page<FollowView>): Page<Person> {
  return {
    ...page,
    items: items.map(({ account }) => exactly(new Person({ id: new URL(account.uri) }), account.uri)),
  }
}

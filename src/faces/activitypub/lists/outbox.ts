import { type ActivityId, type PostId, readId } from '../../../base/ids.ts'
import type { Db } from '../../../db/connect.ts'
import { createFrom } from '../../../translate/to-activity/activities.ts'
import { noteListContext } from '../../../translate/to-activity/context.ts'
import { announceFrom } from '../../../translate/to-activity/reactions.ts'
import { findOpenPost, listOpenPosts, type OpenPost } from '../../../views/open-posts.ts'
import { countActivities, findSaid, listActivities, type SaidView } from '../../../views/outbox.ts'
import { countOutbox, viewPosts } from '../../../views/posts.ts'
import type { PostView, Viewer } from '../../../views/view.ts'
import { counted } from './counted.ts'
import type { Entry } from './list.ts'
import { type ActorList, type ListOwner, type ListParts, readerOf, textOf } from './source.ts'

const PER_PAGE = 20

/**
 * What somebody here says. An app finds every activity that whom it asks for may see; other servers find Creates and
 * Announces of what is for everyone, which is what they count and show.
 */
export const outbox: ActorList<ListOwner> = (parts, account, reading) => {
  const { db, uris } = parts
  const id = uris.outbox(account.id)
  const about = { attributedTo: account.uri, outboxOf: account.uri }
  const shape = { id, ordered: true, first: 'newest', perPage: PER_PAGE, about } as const
  if (!reading.app)
    return {
      ...shape,
      context: noteListContext,
      count: () => countOutbox(db, account.id),
      read: async (range) => openEntries(parts, await listOpenPosts(db, account.id, range)),
      async seek(uri) {
        const activityId = uris.activityIdFrom(uri)
        return activityId && findOpenPost(db, account.id, activityId)
      },
    }
  const viewer = readerOf(reading)
  return {
    ...shape,
    count: () => counted(db, `${id} ${viewer?.accountId}`, () => countActivities(db, account.id, viewer)),
    read: async (range) => saidEntries(parts, viewer, await listActivities(db, account.id, viewer, range)),
    async seek(uri) {
      const activityId = readId<ActivityId>(uris.activityIdFrom(uri))
      return activityId && findSaid(db, account.id, viewer, activityId)
    },
  }
}

async function openEntries(parts: ListParts, rows: readonly OpenPost[]): Promise<readonly Entry[]> {
  const posts = await postsById(
    parts.db,
    rows.map(({ id }) => id),
    undefined,
  )
  return rows.map(({ id, createId }) => {
    const post = posts.get(id)
    return { key: id, text: post && openText(parts, post, createId) }
  })
}

function openText({ uris }: ListParts, post: PostView, createId: ActivityId | null): string | undefined {
  if (post.boostOf) {
    const { '@context': _context, ...announce } = announceFrom({
      uri: post.uri,
      actorUri: post.author.uri,
      followersUri: uris.followers(post.author.id),
      postUri: post.boostOf.uri,
      authorUri: post.boostOf.author.uri,
      visibility: post.visibility,
      publishedAt: post.publishedAt,
    })
    return textOf(announce)
  }
  if (createId === null) return undefined
  const { '@context': _context, ...create } = createFrom(createId, post, uris)
  return textOf(create)
}

/** Each as it was said; a Create of what has been edited since says what it says now. */
export async function saidEntries(
  { db, uris }: ListParts,
  viewer: Viewer,
  rows: readonly SaidView[],
): Promise<readonly Entry[]> {
  const edited = rows.flatMap(({ outdated, postId }) => (outdated && postId !== null ? [postId] : []))
  const posts = await postsById(db, edited, viewer)
  return rows.map(({ id, postId, outdated, body }) => {
    const post = outdated && postId !== null ? posts.get(postId) : undefined
    return { key: id, text: post ? textOf(createFrom(id, post, uris)) : body }
  })
}

async function postsById(db: Db, ids: readonly PostId[], viewer: Viewer): Promise<Map<PostId, PostView>> {
  const posts = ids.length === 0 ? [] : await viewPosts(db, ids, viewer)
  return new Map(posts.map((post) => [post.id, post]))
}

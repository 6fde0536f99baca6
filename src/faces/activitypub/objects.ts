import { Activity, Object as ActivityPubObject, Note, Tombstone } from '@fedify/fedify/vocab'
import { type ActivityId, type PostId, readId } from '../../base/ids.ts'
import { noteReader } from '../../domain/activities/reach.ts'
import { findTombstone } from '../../domain/posts/find.ts'
import type { Json } from '../../translate/json.ts'
import { type FirstReplies, noteFrom, tombstoneFrom } from '../../translate/to-activity/note.ts'
import { viewActivity } from '../../views/activities.ts'
import { viewPost } from '../../views/posts.ts'
import { firstReplies } from '../../views/threads.ts'
import type { ActivityView, PostView, Viewer } from '../../views/view.ts'
import type { Reading } from '../http/fedify.ts'
import { FIRST_PAGE } from './collections.ts'
import { exactly } from './exactly.ts'
import type { SurfaceParts } from './parts.ts'

/** As many as Mastodon reads without asking again. */
const EMBEDDED_REPLIES = 5

/** Registers posts and activities: ours only, and only for those who may see them. */
export function registerObjects(parts: SurfaceParts): void {
  const { federation, db, uris } = parts

  federation.setObjectDispatcher(ActivityPubObject, '/ap/posts/{id}', async (context, values) => {
    const id = readId<PostId>(values.id)
    if (id === undefined) return null
    const post = await findPost(parts, id, context.data)
    if (!post) return tombstone(parts, id, context.data)
    context.data.lasting = true
    return exactly(new Note({ id: new URL(post.uri) }), noteFrom(post, uris, await repliesOf(parts, id)))
  })

  federation.setObjectDispatcher(Activity, '/ap/activities/{id}', async (context, values) => {
    const id = readId<ActivityId>(values.id)
    const activity = id && (await viewActivity(db, id))
    if (!activity || !(await maySee(parts, activity, context.data.viewer))) return null
    context.data.public = activity.public
    context.data.ownerId = activity.accountId
    if (activity.postId) context.data.paths.push(`/ap/posts/${activity.postId}`)
    return exactly(
      new Activity({ id: new URL(uris.activity(activity.id)) }),
      JSON.parse(activity.body) as Json,
    )
  })
}

/** A post of ours that this reader may see; what it says of itself goes into the reading. */
export async function findPost(
  { db, uris }: Pick<SurfaceParts, 'db' | 'uris'>,
  id: PostId,
  reading: Reading,
): Promise<PostView | undefined> {
  if (reading.post) return reading.post
  const post = await viewPost(db, id, reading.viewer)
  if (!post?.local || post.uri !== uris.post(id)) return undefined
  reading.public = (post.visibility === 'public' || post.visibility === 'unlisted') && !post.held
  reading.post = post
  if (!reading.public && reading.viewer) await noteReader(db, id, reading.viewer.accountId)
  // Nothing of it can be asked for any more once its author is suspended.
  reading.paths.push(`/restricted/${post.author.id}`)
  return post
}

async function repliesOf({ db, uris }: SurfaceParts, id: PostId): Promise<FirstReplies> {
  const { ids, whole } = await firstReplies(db, id, EMBEDDED_REPLIES)
  return { ids, ...(whole ? {} : { next: `${uris.replies(id)}?cursor=${FIRST_PAGE}` }) }
}

async function tombstone({ db, uris }: SurfaceParts, id: PostId, reading: Reading) {
  const uri = uris.post(id)
  const found = await findTombstone(db, uri)
  if (!found) return null
  reading.gone = true
  return exactly(new Tombstone({ id: new URL(uri) }), tombstoneFrom(uri, uris, found.deletedAt))
}

/**
 * What is about a post is for those who may see it now, whatever held when it was said. Of the rest, what was said to
 * everyone is for everyone, and a follow, or the answer to one, for nobody else.
 */
async function maySee({ db }: SurfaceParts, activity: ActivityView, viewer: Viewer): Promise<boolean> {
  if (activity.postId === null) return activity.public
  return (await viewPost(db, activity.postId, viewer)) !== undefined
}

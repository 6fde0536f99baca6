import { Activity, Object as ActivityPubObject, Note, Page, Tombstone } from '@fedify/fedify/vocab'
import { type ActivityId, type ObjectId, type PostId, readId } from '../../base/ids.ts'
import { isOpen } from '../../base/visibility.ts'
import { noteReader } from '../../domain/activities/reach.ts'
import { findTombstone } from '../../domain/posts/find.ts'
import type { Json, JsonObject } from '../../translate/json.ts'
import { type FirstReplies, noteFrom, tombstoneFrom } from '../../translate/to-activity/note.ts'
import { listsAround } from '../../translate/to-activity/object.ts'
import { viewReadableActivity } from '../../views/activities.ts'
import { countAroundObject, viewObject } from '../../views/objects.ts'
import { viewPost } from '../../views/posts.ts'
import { firstReplies } from '../../views/threads.ts'
import type { PostView } from '../../views/view.ts'
import type { Reading } from '../http/reading.ts'
import { exactly } from './exactly.ts'
import { FIRST_PAGE } from './lists/list.ts'
import type { SurfaceParts } from './parts.ts'

/** As many as Mastodon reads without asking again. */
const EMBEDDED_REPLIES = 5

/** Registers posts, activities and all else that people here said: ours only, and only for those who may see them. */
export function registerObjects(parts: SurfaceParts): void {
  const { federation, db, uris } = parts

  federation.setObjectDispatcher(ActivityPubObject, '/ap/posts/{id}', async ({ data }, values) => {
    const id = readId<PostId>(values.id)
    if (id === undefined) return null
    const post = await findPost(parts, id, data)
    if (!post) return tombstone(parts, uris.post(id), data)
    data.lasting = true
    data.modified = post.editedAt ?? post.publishedAt
    return exactly(new Note({ id: new URL(post.uri) }), noteFrom(post, uris, await repliesOf(parts, id)))
  })

  // Fedify takes one dispatcher of each class; what is served is as we have it.
  federation.setObjectDispatcher(Page, '/ap/objects/{id}', async ({ data }, values) => {
    const id = readId<ObjectId>(values.id)
    const object = id && (await viewObject(db, id, data.viewer))
    const uri = `${uris.origin}/ap/objects/${values.id}`
    if (!object) return tombstone(parts, uri, data)
    data.public = isOpen(object.visibility)
    data.ownerId = object.accountId
    data.modified = object.editedAt ?? object.publishedAt
    const counts = await countAroundObject(db, object, uri, data.app ? data.viewer : undefined)
    const whole = { ...(JSON.parse(object.body) as JsonObject), ...listsAround(object.id, uris, counts) }
    return exactly(new Page({ id: new URL(uri) }), whole)
  })

  federation.setObjectDispatcher(Activity, '/ap/activities/{id}', async ({ data }, values) => {
    const id = readId<ActivityId>(values.id)
    const activity = id && (await viewReadableActivity(db, id, data.viewer))
    if (!activity) return null
    data.public = activity.public
    data.ownerId = activity.accountId
    if (activity.postId) data.paths.push(`/ap/posts/${activity.postId}`)
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
  reading.public = isOpen(post.visibility) && !post.held
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

/** What was not for everyone has left nothing for anybody but whoever deleted it. */
async function tombstone({ db, uris }: SurfaceParts, uri: string, reading: Reading) {
  const found = await findTombstone(db, uri)
  if (!found || (found.hidden && found.accountUri !== reading.app?.account.uri)) return null
  reading.gone = true
  return exactly(new Tombstone({ id: new URL(uri) }), tombstoneFrom(uri, uris, found.deletedAt, found))
}

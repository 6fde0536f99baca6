import type { ObjectId } from '../../../base/ids.ts'
import { clampPublished } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import { giveActivity } from '../../../domain/activities/give.ts'
import { keepObject } from '../../../domain/objects/keep.ts'
import { LONGEST_KIND } from '../../../domain/objects/object.ts'
import type { About } from '../../../facts/facts.ts'
import { cutText } from '../../../text/clean.ts'
import type { PostedNote } from '../../../translate/from-activity/posted-note.ts'
import type { JsonObject } from '../../../translate/json.ts'
import { listsAround, objectFrom } from '../../../translate/to-activity/object.ts'
import { typesOf } from './classify.ts'
import { filesAmong } from './files.ts'
import type { Addressing, Posted, Posting } from './posting.ts'
import { speak } from './speak.ts'

/** Keeps what is no post as it was written, and tells of it whom it is for. */
export async function createObject(
  posting: Posting,
  written: JsonObject,
  { attachments, publishedAt }: PostedNote,
  id: ObjectId,
): Promise<Posted> {
  const { world, actor, audience, activity } = posting
  const files = await filesAmong(posting, attachments)
  const published = clampPublished(publishedAt, world.clock.now())
  const json = objectFrom(written, {
    uri: world.uris.object(id),
    authorUri: actor.uri,
    publishedAt: published,
    ...audience.shown,
  })
  await keepObject(world, actor, {
    object: {
      id,
      kind: kindOf(written),
      visibility: audience.visibility,
      body: JSON.stringify(json),
      publishedAt: published,
    },
    readers: readersOf(audience),
    mediaIds: files.mediaIds,
  })
  const around = listsAround(id, world.uris, { likes: 0, shares: 0, replies: 0 })
  return giveAbout(posting, { objectId: id }, { ...activity, object: { ...withoutContext(json), ...around } })
}

/** The name under which it is remembered: its first type. */
export function kindOf(object: JsonObject): string {
  return cutText(typesOf(object)[0] ?? 'Object', LONGEST_KIND)
}

export function readersOf({ to, cc, bto, bcc }: Addressing) {
  return { namedIds: [...to, ...cc].map(({ id }) => id), blindIds: [...bto, ...bcc].map(({ id }) => id) }
}

/** The same without its context: to stand within an activity. */
export function withoutContext({ '@context': _context, ...object }: JsonObject): JsonObject {
  return object
}

/** Says an activity of the app's about an object that is no post. */
export async function giveAbout(
  posting: Posting,
  about: About,
  words: JsonObject,
  audience = posting.audience,
): Promise<Posted> {
  const { world, actor, type, id } = posting
  const given = { activityId: id, accountId: actor.id, kind: type, about }
  const activityId = await speak(posting, { usual: true, words, audience }, () => giveActivity(world, given))
  return { activityId: activityId ?? refuse('act.redundant') }
}

import { refuse } from '../../../base/refusal.ts'
import { isObject, type Json, type JsonObject, listOf } from '../../../translate/json.ts'
import { classify, isOfType, typesOf } from '../outbox/classify.ts'

/** A Create that stands around a file, and what it is to create. */
export interface Creation {
  readonly activity: JsonObject
  readonly object: JsonObject
}

/**
 * The Create that an app wrote around its file, if it did: only then is anything posted.
 * @throws Refusal 'upload.shell' for another activity, 'activity.not-embedded' when what it creates stands elsewhere
 */
export function creationIn(posted: JsonObject): Creation | undefined {
  if (!typesOf(posted).includes('Create')) {
    if (classify(posted).type !== 'Create') refuse('upload.shell')
    return undefined
  }
  const [object, ...others] = listOf(posted.object)
  if (!isObject(object) || others.length > 0) refuse('activity.not-embedded')
  return { activity: posted, object }
}

/** Objects that are themselves what is to be seen or heard. */
const FILES = new Set(['Image', 'Video', 'Audio', 'Document'])
/** What is said of such an object is what is known of its file. */
const KNOWN = ['mediaType', 'url', 'width', 'height', 'blurhash', 'focalPoint', 'duration', 'name', 'preview']

/**
 * The same Create around the file as it is kept: an object that is a file itself is described by it, any other holds it
 * as its first attachment.
 */
export function asCreate({ activity, object }: Creation, media: JsonObject): JsonObject {
  const isFile = typesOf(object).length === 0 || isOfType(object, FILES)
  const attachment: Json = [media.id ?? null, ...listOf(object.attachment)]
  const whole: JsonObject = isFile
    ? { type: media.type ?? 'Document', ...object, ...pick(media, KNOWN) }
    : { ...object, attachment }
  return { ...activity, object: whole }
}

function pick(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.flatMap((name) => (object[name] === undefined ? [] : [[name, object[name]]])),
  )
}

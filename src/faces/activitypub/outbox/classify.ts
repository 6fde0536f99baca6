import { refuse } from '../../../base/refusal.ts'
import { isObject, type Json, type JsonObject, listOf, textOf } from '../../../translate/json.ts'

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** The family of Activity. Question is none here: everybody takes it for something said. */
const ACTIVITIES = words(
  'Activity IntransitiveActivity Accept TentativeAccept Add Announce Arrive Block Create Delete Dislike EmojiReact ' +
    'Flag Follow Ignore Invite Join Leave Like Listen Move Offer Reject TentativeReject Read Remove Travel Undo ' +
    'Update View',
)
/** What ActivityStreams has beside activities. */
const OBJECTS = words(
  'Object Link Mention Article Audio Document Event Image Note Page Place Profile Question Relationship Tombstone ' +
    'Video Collection OrderedCollection CollectionPage OrderedCollectionPage Application Group Organization Person ' +
    'Service',
)
/** Only an activity has one of these. */
const PARTS = ['actor', 'object', 'target', 'result', 'origin', 'instrument']
/** Addresses, which what wraps an object shares with it. */
const SHARED = ['to', 'cc', 'bto', 'bcc', 'audience']

/** An activity as an app posts it, or as what it posts means. */
export interface Classified {
  /** the first of its types that is an activity's */
  readonly type: string
  readonly activity: JsonObject
}

/** The short names of all types of something, in their order. */
export function typesOf(object: JsonObject): readonly string[] {
  return listOf(object.type)
    .map((type) => textOf(type)?.replace(/^(?:as:|https?:\/\/www\.w3\.org\/ns\/activitystreams#)/, '') ?? '')
    .filter((type) => type !== '')
}

/**
 * Whether something is an activity, by its types, and where they say nothing by its parts; an object is wrapped in a
 * Create. Types that we do not know are kept, with one beside that we do.
 * @throws Refusal 'activity.type' for what would be two activities at once
 */
export function classify(posted: JsonObject): Classified {
  const types = typesOf(posted)
  const known = oneOf(types.filter((type) => ACTIVITIES.has(type)))
  if (known !== undefined) return { type: known, activity: posted }
  if (types.some((type) => OBJECTS.has(type))) return wrapped(posted)
  const isActivity = PARTS.some((part) => posted[part] !== undefined)
  const named = { ...posted, type: withType(types, isActivity ? 'Activity' : 'Object') }
  return isActivity ? { type: 'Activity', activity: named } : wrapped(named)
}

/** An app that may do one thing must not say to others that it has done another as well. */
function oneOf(types: readonly string[]): string | undefined {
  const meaning = new Set(types.filter((type) => type !== 'Activity' && type !== 'IntransitiveActivity'))
  if (meaning.size > 1) refuse('activity.type', { type: [...meaning].join(' and ') })
  return [...meaning][0] ?? types[0]
}

/** Whether its types make it a thing of their kind: one of ours, or any that says it is an object. */
export function isOfType(object: JsonObject, names: ReadonlySet<string>): boolean {
  return typesOf(object).some((type) => names.has(type))
}

function withType(types: readonly string[], more: string): Json {
  return types.length === 0 ? more : [...types, more]
}

function wrapped(object: JsonObject): Classified {
  const { '@context': context, ...bare } = object
  const shared = SHARED.flatMap((name) => (object[name] === undefined ? [] : [[name, object[name]] as const]))
  return {
    type: 'Create',
    activity: {
      ...(context === undefined ? {} : { '@context': context }),
      type: 'Create',
      ...Object.fromEntries(shared),
      object: bare,
    },
  }
}

/** What only the server says of an object, or nobody may say here. */
const SERVERS = words('id @id likes shares replies totalItems proof signature')

/** The same without what only the server may say; names that begin with `_` are its own, too. */
export function withoutServerTerms(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(([name]) => !SERVERS.has(name) && !name.startsWith('_')),
  )
}

/** Who something says that it is by: one id, nobody, or somebody that cannot be made out. */
export function saysBy(value: Json | undefined): string | undefined | 'unclear' {
  const named = listOf(value)
  if (named.length === 0) return undefined
  const [only] = named
  const id = isObject(only) ? only.id : only
  return named.length === 1 && typeof id === 'string' ? id : 'unclear'
}

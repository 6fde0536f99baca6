import type { ObjectId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import { findMentioned } from '../../../domain/posts/compose.ts'
import { publishPost } from '../../../domain/posts/publish.ts'
import { handlesIn } from '../../../text/tokens.ts'
import { isVote, parentOf } from '../../../translate/from-activity/note.ts'
import {
  type PostedNote,
  postedNoteFrom,
  saidKindOf,
  saysSomething,
} from '../../../translate/from-activity/posted-note.ts'
import { isObject, type JsonObject } from '../../../translate/json.ts'
import { isOfType, saysBy, typesOf, withoutServerTerms } from './classify.ts'
import { isCollection, makeCollection, requireCollectionScope } from './collections.ts'
import { draftFrom } from './draft.ts'
import { createObject } from './object.ts'
import type { Asking, Known, OutboxHandler, Posted, Posting } from './posting.ts'
import { requireReaction, requireScope } from './scopes.ts'
import { nobody, speak } from './speak.ts'
import { findPollOf, voteIn } from './vote.ts'

const ACTORS = new Set(['Application', 'Group', 'Organization', 'Person', 'Service'])
const NEVER_MADE = new Set([
  'Tombstone',
  'Create',
  'Update',
  'Delete',
  'CollectionPage',
  'OrderedCollectionPage',
])

/** Says something, votes, or makes an object: all that is new comes by this. */
export const create: OutboxHandler = {
  authorise(asking) {
    const object = createdIn(asking.activity)
    if (isOfType(object, ACTORS)) refuse('object.actor')
    if (isOfType(object, NEVER_MADE)) refuse('activity.type')
    const by = saysBy(object.attributedTo)
    if (by !== undefined && by !== asking.actor.uri) refuse('activity.author')
    const { inReplyTo } = asking.reply
    if (isCollection(object)) requireCollectionScope(asking.bearer, 'createcontent')
    else if (inReplyTo === null) requireScope(asking.bearer, 'createcontent')
    else requireReaction(asking, 'createcontent', inReplyTo)
  },

  async prepare(asking) {
    const { parts } = asking
    const { text, inReplyToUri, quoteUri } = read(asking.activity, parts.world.clock.now())
    await findMentioned(parts.world, handlesIn(text))
    return resolve(
      asking,
      [inReplyToUri, quoteUri].filter((uri) => uri !== null),
    )
  },

  async run(posting) {
    const { world, actor, activity } = posting
    const note = createdIn(activity)
    if (isCollection(note)) return makeCollection(posting, note)
    const poll = isVote(note) ? await findPollOf(posting, parentOf(note.inReplyTo)) : undefined
    if (poll) return voteIn(posting, poll, note)
    const posted = read(activity, world.clock.now())
    if (posted.kind === '' || !saysSomething(posted)) return makeObject(posting, note, posted)
    const draft = await draftFrom(posting, note, posted)
    const { object: _object, ...words } = activity
    const activityId = await speak(posting, { usual: true, audience: nobody, words }, () =>
      publishPost(world, actor, draft),
    )
    if (activityId === undefined) throw new Error('a post was published and not said')
    return { activityId }
  },
}

/** @throws Refusal 'activity.no-object' or 'activity.not-embedded' */
function createdIn({ object, '@context': context }: JsonObject): JsonObject {
  if (object === undefined || object === null) refuse('activity.no-object')
  if (!isObject(object)) return refuse('activity.not-embedded')
  // What stands in an activity is written in the activity's words.
  return withoutServerTerms({ ...(context === undefined ? {} : { '@context': context }), ...object })
}

/** As a post; its kind is '' when it is of no type of which posts are. */
function read(activity: JsonObject, now: Date): PostedNote {
  const note = createdIn(activity)
  return postedNoteFrom(note, saidKindOf(typesOf(note)) ?? '', now)
}

/** Whatever cannot be reached must not keep anyone from speaking. */
async function resolve({ parts }: Asking, wanted: readonly string[]): Promise<Partial<Known>> {
  const found = await Promise.all(
    wanted.map(async (uri) => {
      const post = await parts.resolvePost(uri).catch(() => undefined)
      return post ? ([uri, post] as const) : undefined
    }),
  )
  return { posts: new Map(found.filter((entry) => entry !== undefined)) }
}

function makeObject(posting: Posting, note: JsonObject, posted: PostedNote): Promise<Posted> {
  return createObject(posting, note, posted, posting.world.ids.next<ObjectId>())
}

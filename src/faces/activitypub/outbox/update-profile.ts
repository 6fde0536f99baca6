import { refuse } from '../../../base/refusal.ts'
import { type ProfileChange, updateAccount } from '../../../domain/accounts/update.ts'
import { plainTextFromEither } from '../../../text/plain.ts'
import { isObject, type Json, type JsonObject, objectsOf, textOf, typeOf } from '../../../translate/json.ts'
import { actorObject } from '../../../translate/to-activity/actor.ts'
import { viewAccount } from '../../../views/accounts.ts'
import { checkFresh, isSame } from './merge.ts'
import { PICTURES, pictureChange } from './pictures.ts'
import type { Posted, Posting } from './posting.ts'
import { nobody, speak } from './speak.ts'

/** What of a profile its owner says; all else of an actor is the server's. */
const SAID: Readonly<Record<string, (value: Json, patch: JsonObject) => ProfileChange>> = {
  name: (value) => ({ displayName: textOf(value) ?? '' }),
  summary: (value, { source }) => (isObject(source) ? {} : { bio: plainTextFromEither(textOf(value) ?? '') }),
  source: (value) => ({ bio: (isObject(value) ? textOf(value.content) : textOf(value)) ?? '' }),
  manuallyApprovesFollowers: (value) => ({ manuallyApprovesFollowers: value === true }),
  discoverable: (value) => ({ discoverable: value === true }),
  indexable: (value) => ({ indexable: value === true }),
  memorial: (value) => ({ memorial: value === true }),
  attributionDomains: (value) => ({ attributionDomains: domainsIn(value) }),
  attachment: (value) => ({ fields: fieldsIn(value) }),
}
/**
 * Changes what somebody here says of themselves; their followers are told the whole of it.
 * @throws Refusal 'object.protected' for what is not theirs to say, unless it is as it was
 */
export async function updateProfile(posting: Posting, patch: JsonObject): Promise<Posted> {
  const { world, tx, actor, activity, known } = posting
  const view = await viewAccount(tx, actor.id)
  if (!view) return refuse('act.object-unknown')
  const current = actorObject(view, world.uris)
  checkFresh(current, patch)
  const urls = { icon: view.avatarUrl, image: view.headerUrl }
  const changes = Object.entries(patch).map(([term, value]) =>
    isPicture(term)
      ? pictureChange(PICTURES[term], value ?? null, urls[term], known.pictures ?? {})
      : changeIn(current, patch, term, value ?? null),
  )
  const change: ProfileChange = Object.assign({}, ...changes)
  const { object: _object, ...words } = activity
  const activityId = await speak(posting, { usual: true, audience: nobody, words }, () =>
    updateAccount(world, actor, change),
  )
  return { activityId: activityId ?? refuse('act.redundant') }
}

function changeIn(current: JsonObject, patch: JsonObject, term: string, value: Json): ProfileChange {
  const say = SAID[term]
  if (say) return say(value, patch)
  if (term === 'type') return botIn(current, value)
  // What is unknown here could be read back by nobody.
  const isOurs = term in current ? !isSame(current[term], value) : SECRET.has(term)
  if (isOurs && term !== '@context' && term !== 'updated') refuse('object.protected', { term })
  return {}
}

/** Not said of every actor, and never an app's to say. */
const SECRET = new Set(['movedTo', 'copiedTo', 'suspended', 'sharedInbox', 'owner'])

function botIn(current: JsonObject, value: Json): ProfileChange {
  const type = typeOf({ type: value })
  if (type === current.type) return {}
  const isEither = [type, current.type].every((name) => name === 'Person' || name === 'Service')
  return isEither ? { bot: type === 'Service' } : refuse('object.protected', { term: 'type' })
}

function isPicture(term: string): term is keyof typeof PICTURES {
  return Object.hasOwn(PICTURES, term)
}

function fieldsIn(value: Json): NonNullable<ProfileChange['fields']> {
  return objectsOf(value)
    .filter((item) => typeOf(item) === 'PropertyValue')
    .map((item) => ({
      name: plainTextFromEither(textOf(item.name) ?? ''),
      value: plainTextFromEither(textOf(item.value) ?? ''),
    }))
}

function domainsIn(value: Json): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

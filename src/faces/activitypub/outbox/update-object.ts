import { refuse } from '../../../base/refusal.ts'
import { PUBLIC } from '../../../base/uris.ts'
import { isOpen } from '../../../base/visibility.ts'
import { findAccountsByIds } from '../../../domain/accounts/find.ts'
import { changeObject } from '../../../domain/objects/change.ts'
import { objectReaders } from '../../../domain/objects/find.ts'
import type { KnownObject } from '../../../domain/objects/object.ts'
import { contextsOf } from '../../../translate/from-activity/extension.ts'
import { postedNoteFrom } from '../../../translate/from-activity/posted-note.ts'
import { type JsonObject, textsOf } from '../../../translate/json.ts'
import { listsAround, objectFrom } from '../../../translate/to-activity/object.ts'
import { countAroundObject } from '../../../views/objects.ts'
import { filesAmong } from './files.ts'
import { isSame, merged } from './merge.ts'
import { giveAbout, kindOf, readersOf, withoutContext } from './object.ts'
import type { Addressing, Posted, Posting } from './posting.ts'

/** Changes some of what an app made; all of it is told to whoever it is for, until now or from now on. */
export async function updateObject(
  posting: Posting,
  object: KnownObject,
  patch: JsonObject,
): Promise<Posted> {
  const { tx, world, actor, activity } = posting
  const counts = await countAroundObject(tx, object, world.uris.object(object.id), { accountId: actor.id })
  const around = listsAround(object.id, world.uris, counts)
  // They are there whatever an app says of them, and may be named as they are.
  const current = { ...(JSON.parse(object.body) as JsonObject), ...around }
  if (patch.type !== undefined && !isSame(current.type, patch.type))
    refuse('object.protected', { term: 'type' })
  const audience = await widened(posting, object, current)
  const next = merged(current, patch)
  const at = world.clock.now()
  const json = objectFrom(
    { ...next, '@context': [...contextsOf(current), ...contextsOf(activity)] },
    {
      uri: world.uris.object(object.id),
      authorUri: actor.uri,
      publishedAt: object.publishedAt,
      editedAt: at,
      ...audience.shown,
    },
  )
  const files = await filesAmong(posting, postedNoteFrom(next, object.kind.toLowerCase(), at).attachments)
  await changeObject(world, actor, object.id, {
    kind: kindOf(json),
    body: JSON.stringify(json),
    readers: readersOf(posting.audience),
    mediaIds: files.mediaIds,
    at,
  })
  const about = { objectId: object.id, reaching: isOpen(object.visibility) }
  const whole = { ...withoutContext(json), ...around }
  return giveAbout(posting, about, { ...activity, object: whole }, audience)
}

/**
 * Whom an object is for: whoever it was for, and whoever an app names now.
 * @throws Refusal 'act.widening' where it would be for everyone, or all followers, and was not before
 */
export async function widened(
  { tx, world, actor, audience }: Posting,
  object: KnownObject,
  current: JsonObject,
): Promise<Addressing> {
  if (audience.public && !isOpen(object.visibility)) refuse('act.widening')
  if (audience.followers && object.visibility === 'direct') refuse('act.widening')
  const readers = await objectReaders(tx, object.id)
  const accounts = await findAccountsByIds(
    tx,
    readers.map(({ accountId }) => accountId),
  )
  const people = (blind: boolean) =>
    readers.flatMap((reader) => (reader.blind === blind ? (accounts.get(reader.accountId) ?? []) : []))
  const to = joined(textsOf(current.to), audience.shown.to)
  const cc = joined(textsOf(current.cc), audience.shown.cc).filter((address) => !to.includes(address))
  return {
    visibility: object.visibility,
    public: [...to, ...cc].includes(PUBLIC),
    followers: [...to, ...cc].includes(world.uris.followers(actor.id)),
    to: [...people(false), ...audience.to],
    cc: audience.cc,
    bto: [...people(true), ...audience.bto],
    bcc: audience.bcc,
    shown: { to, cc },
  }
}

function joined(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])]
}

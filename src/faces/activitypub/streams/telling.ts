import type { AccountId, PostId } from '../../../base/ids.ts'
import type { StreamEvent } from '../../../domain/events/event.ts'
import type { Outlet, Telling } from '../../../domain/events/hub.ts'
import { findPostsByIds } from '../../../domain/posts/find.ts'
import { toldFrom } from '../../../translate/to-activity/told.ts'
import { type Hearing, mayHear } from '../../../views/hearers.ts'
import type { EventStream } from './stream.ts'
import { type ThingParts, thingOf } from './things.ts'

/** The way in which the streams of this API tell: ActivityStreams, each event written once for all who hear the same. */
export function createTelling(parts: ThingParts): Outlet<EventStream> {
  return {
    async tell(tellings) {
      const heard = (await whoHears(parts, tellings)).filter(({ listeners }) => listeners.length > 0)
      const keyOf = await sharing(
        parts,
        heard.map(({ event }) => event),
      )
      const bodies = new Map<string, Promise<string | undefined>>()
      for (const { event, listeners } of heard) {
        const body = await bodyOf(parts, event, keyOf(event), bodies)
        if (body === undefined) continue
        const frames = new Map<string, Buffer>()
        for (const stream of listeners) stream.send(frameFor(frames, event, body, stream.target))
      }
    },
  }
}

async function whoHears(
  { db }: ThingParts,
  tellings: readonly Telling<EventStream>[],
): Promise<readonly Telling<EventStream>[]> {
  const asked = tellings.map(({ event, listeners }) => {
    const hearings = new Map<AccountId | null, Hearing>()
    for (const { readerId } of listeners) {
      if (!hearings.has(readerId)) hearings.set(readerId, { event, readerId })
    }
    return { event, listeners, hearings }
  })
  const allowed = await mayHear(
    db,
    asked.flatMap(({ hearings }) => [...hearings.values()]),
  )
  return asked.map(({ event, listeners, hearings }) => ({
    event,
    listeners: listeners.filter(({ readerId }) => {
      const hearing = hearings.get(readerId)
      return hearing !== undefined && allowed.has(hearing)
    }),
  }))
}

/**
 * The same thing told of many lists, as a post that comes to two thousand inboxes or homes, is read and written once.
 * @returns a key that is the same for events that look the same; who said it themselves has it under another id
 */
async function sharing(
  { db }: ThingParts,
  events: readonly StreamEvent[],
): Promise<(event: StreamEvent) => string> {
  const atHome = events.filter(({ topic }) => topic.name === 'home').flatMap(({ thingId }) => thingId ?? [])
  const posts = await findPostsByIds(db, [...new Set(atHome)] as PostId[])
  return ({ thing, thingId, verb, topic, position }) => {
    if (thing === 'received') return `${verb} received ${thingId}`
    if (topic.name !== 'home') return position
    const own = posts.get(thingId as PostId)?.accountId === topic.subject
    return `${verb} at home ${thingId} ${own ? topic.subject : ''}`
  }
}

async function bodyOf(
  parts: ThingParts,
  event: StreamEvent,
  key: string,
  bodies: Map<string, Promise<string | undefined>>,
): Promise<string | undefined> {
  let body = bodies.get(key)
  if (body === undefined) {
    body = thingOf(parts, event).then((thing) =>
      thing === undefined ? undefined : toldFrom(event.verb, thing),
    )
    bodies.set(key, body)
  }
  return body
}

/** A list is told with what comes into it; a thing that changes is told itself. */
function frameFor(
  frames: Map<string, Buffer>,
  event: StreamEvent,
  body: string,
  target: string,
): string | Buffer {
  const known = frames.get(target)
  if (known) return known
  const { verb, position } = event
  const data =
    verb === 'Add' || verb === 'Remove' ? `${body.slice(0, -1)},"target":${JSON.stringify(target)}}` : body
  const frame = Buffer.from(`event: ${verb}\nid: ${position}\ndata: ${data}\n\n`)
  frames.set(target, frame)
  return frame
}

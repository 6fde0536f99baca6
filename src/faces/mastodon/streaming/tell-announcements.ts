import type { AnnouncementId } from '../../../base/ids.ts'
import type { World } from '../../../domain/world.ts'
import { announcementFrom, announcementReactionFrom } from '../../../translate/to-mastodon/announcement.ts'
import { listAnnouncements } from '../../../views/announcements.ts'
import type { Board } from './board.ts'
import type { Delivery, Happened } from './delivery.ts'
import { Message } from './message.ts'

/** What everybody here is told, in the same words for all of them. */
export async function tellAnnouncements(
  world: Pick<World, 'db' | 'uris' | 'clock'>,
  board: Board,
  happened: readonly Happened[],
): Promise<Delivery[]> {
  if (happened.length === 0) return []
  const hearers = [...board.homes.values()]
    .flatMap((subscriptions) => [...subscriptions])
    .filter(({ channel }) => channel.kind === 'user' && channel.news)
  if (hearers.length === 0) return []
  const messages = await messagesFor(world, happened)
  return messages.flatMap(({ at, message }) => hearers.map((to) => ({ at, to, message })))
}

async function messagesFor(
  { db, uris, clock }: Pick<World, 'db' | 'uris' | 'clock'>,
  happened: readonly Happened[],
): Promise<readonly { readonly at: number; readonly message: Message }[]> {
  const now = clock.now()
  const current = await listAnnouncements(db, { readerId: undefined, now })
  const known = new Map(current.map((view) => [view.id, view]))
  return happened.flatMap(({ event, at }) => {
    const id = event.thingId as AnnouncementId
    if (event.verb === 'Delete') return [{ at, message: new Message('announcement.delete', id) }]
    const view = known.get(id)
    if (!view) return []
    if (event.uri === null)
      return [{ at, message: new Message('announcement', JSON.stringify(announcementFrom(view, uris))) }]
    const reaction = view.reactions.find(({ name }) => name === event.uri)
    const told = reaction ? announcementReactionFrom(reaction, uris) : { name: event.uri, count: 0 }
    const text = JSON.stringify({ ...told, announcement_id: id })
    return [{ at, message: new Message('announcement.reaction', text) }]
  })
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { AccountId } from '../../../base/ids.ts'
import type { Log } from '../../../base/log.ts'
import type { StreamEvent } from '../../../domain/events/event.ts'
import type { Outlet } from '../../../domain/events/hub.ts'
import type { World } from '../../../domain/world.ts'
import type { Board } from './board.ts'
import type { Delivery, Happened } from './delivery.ts'
import { Message } from './message.ts'
import { tellAlerts } from './tell-alerts.ts'
import { tellAnnouncements } from './tell-announcements.ts'
import { tellGone } from './tell-gone.ts'
import { tellPosts } from './tell-posts.ts'

export interface TellingParts {
  readonly world: Pick<World, 'db' | 'uris' | 'clock'>
  readonly log: Log
}

const TRIES = 3
const RETRY_MS = 300

/** Of so many pairs of an event and who may hear it the answers are held at once. */
const MOST_AT_ONCE = 50_000

/** The way in which the streams of the Mastodon API tell: all that has to be read is read once for all who hear it. */
export function createTelling(parts: TellingParts, board: Board): Outlet<Board> {
  return {
    async tell(tellings) {
      const happened = tellings.map(({ event }, at) => ({ event, at }))
      // Few events for many, or many for few.
      for (let from = 0; from < happened.length; ) {
        const some = happened.slice(from, from + Math.ceil(MOST_AT_ONCE / Math.max(1, board.size)))
        from += some.length
        const deliveries = await found(parts, board, some)
        deliveries.sort((a, b) => a.at - b.at)
        for (const { to, message } of deliveries) to.hearer.send(message, to.label)
      }
    },
  }
}

/** Nobody has been told anything yet, so it can be tried again: nobody should lose something for a moment's trouble. */
async function found(parts: TellingParts, board: Board, happened: readonly Happened[]): Promise<Delivery[]> {
  for (let tried = 1; ; tried++) {
    try {
      return await allOf(parts, board, happened)
    } catch (error) {
      if (tried === TRIES) throw error
      parts.log.debug('Events could not be read for streams; trying again: {error}', { error })
      await sleep(RETRY_MS * tried)
    }
  }
}

async function allOf(
  { world }: TellingParts,
  board: Board,
  happened: readonly Happened[],
): Promise<Delivery[]> {
  const of = (is: (event: StreamEvent) => boolean) => happened.filter(({ event }) => is(event))
  const ofPosts = ({ thing }: StreamEvent) => thing === 'post' || thing === 'homes'
  const isGone = ({ verb }: StreamEvent) => verb === 'Remove' || verb === 'Delete'
  const parts = await Promise.all([
    tellPosts(
      world,
      board,
      of((event) => ofPosts(event) && !isGone(event)),
    ),
    tellGone(
      world,
      board,
      of((event) => ofPosts(event) && isGone(event)),
    ),
    tellAlerts(
      world,
      board,
      of(({ thing }) => thing === 'alert'),
    ),
    tellAnnouncements(
      world,
      board,
      of(({ thing }) => thing === 'announcement'),
    ),
  ])
  return [
    ...parts.flat(),
    ...tellOwners(
      board.homes,
      new Message('filters_changed'),
      of(({ thing }) => thing === 'filters'),
    ),
    ...tellOwners(
      board.notices,
      // Mastodon sends a payload that says nothing: there are clients that read one of every event they know.
      new Message('notifications_merged', '1'),
      of(({ thing }) => thing === 'alerts'),
    ),
  ]
}

/** That something of their own is otherwise now; how it is they read where it stands. */
function tellOwners(owners: Board['homes'], message: Message, happened: readonly Happened[]): Delivery[] {
  return happened.flatMap(({ event, at }) =>
    [...(owners.get(event.thingId as AccountId) ?? [])].map((to) => ({ at, to, message })),
  )
}

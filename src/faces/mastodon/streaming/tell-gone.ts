import type { AccountId } from '../../../base/ids.ts'
import type { World } from '../../../domain/world.ts'
import { type Hearing, mayHear } from '../../../views/hearers.ts'
import { type Had, whoHad } from '../../../views/live.ts'
import type { Board, Subscription } from './board.ts'
import type { Delivery, Happened } from './delivery.ts'
import { Message } from './message.ts'

/**
 * Posts that are gone: to all who may have had them, as far as they could see them. What somebody never had they take
 * nothing away of.
 */
export async function tellGone(
  { db }: Pick<World, 'db'>,
  board: Board,
  happened: readonly Happened[],
): Promise<Delivery[]> {
  const authors = [...new Set(happened.flatMap(({ event }) => event.audience?.authorId ?? []))]
  if (authors.length === 0) return []
  const had = await whoHad(db, authors, [...board.homes.keys()], [...board.lists.keys()])
  const asked = happened.flatMap((one) => {
    const readers = Map.groupBy(whereItMayStand(board, one, had), ({ hearer }) => hearer.reader.id)
    return [...readers].map(([readerId, subscriptions]) => {
      const hearing: Hearing = { event: one.event, readerId }
      return { one, hearing, subscriptions }
    })
  })
  const may = await mayHear(
    db,
    asked.map(({ hearing }) => hearing),
  )
  const messages = new Map(happened.map((one) => [one, new Message('delete', String(one.event.thingId))]))
  return asked.flatMap(({ one, hearing, subscriptions }) => {
    const message = messages.get(one)
    if (!message || !may.has(hearing)) return []
    return subscriptions.map((to) => ({ at: one.at, to, message }))
  })
}

function whereItMayStand(board: Board, { event }: Happened, had: Had): Subscription[] {
  const { audience } = event
  if (!audience) return []
  const { authorId, visibility, mentionedIds } = audience
  const homes = new Set<AccountId>([
    authorId,
    ...mentionedIds,
    ...(had.followers.get(authorId) ?? []),
    ...(visibility === 'public' ? had.tagged : []),
  ])
  // A boost stands in no list of strangers; it is taken back by another word.
  const isOpen = visibility === 'public' && event.verb === 'Delete'
  return [
    ...[...homes].flatMap((id) => [...(board.homes.get(id) ?? [])]),
    ...[...(had.lists.get(authorId) ?? [])].flatMap((id) => [...(board.lists.get(id) ?? [])]),
    ...(isOpen ? [...board.public, ...[...board.tags.values()].flatMap((tagged) => [...tagged])] : []),
  ]
}

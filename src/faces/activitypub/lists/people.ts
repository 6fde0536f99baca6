import type { JsonObject } from '../../../translate/json.ts'
import { actBrief, personBrief } from '../../../translate/to-activity/brief.ts'
import { listContext } from '../../../translate/to-activity/context.ts'
import {
  countApart,
  countBlocks,
  countRequests,
  findBlockKey,
  findRelation,
  listBlocks,
  listRelations,
  type RelationView,
  type Side,
} from '../../../views/relations.ts'
import type { AccountView } from '../../../views/view.ts'
import type { List } from './list.ts'
import { type ActorList, isOwner, type ListParts, readerOf, textOf } from './source.ts'

const PER_PAGE = 40

type Of = 'followers' | 'following' | 'pendingFollowers' | 'pendingFollowing' | 'blocked' | 'blocks'

function shape({ uris }: ListParts, account: AccountView, of: Of) {
  const about: JsonObject = { attributedTo: account.uri, [`${of}Of`]: account.uri }
  return { id: uris[of](account.id), ordered: true, first: 'newest', perPage: PER_PAGE, about } as const
}

/** Other servers get ids letter by letter; an app has their names at once. */
const relations =
  (side: Side): ActorList =>
  (parts, account, reading): List => {
    const { db, uris } = parts
    const viewer = readerOf(reading)
    const others = viewer && !isOwner(reading, account)
    return {
      ...shape(parts, account, side),
      ...(reading.app ? { context: listContext } : {}),
      count: async () => account.counts[side] - (others ? await countApart(db, account.id, side, viewer) : 0),
      async read(range) {
        const rows = await listRelations(db, account.id, side, 'accepted', viewer, range)
        return rows.map((row) => ({
          key: row.key,
          text: textOf(reading.app ? personBrief(row, uris) : row.uri),
        }))
      },
      seek: (uri) => findRelation(db, account.id, side, 'accepted', viewer, uri),
    }
  }

export const followers = relations('followers')
export const following = relations('following')

/** The Follows that wait for an answer (FEP-4ccd). */
const requests =
  (side: Side): ActorList =>
  (parts, account, reading): List => {
    const { db } = parts
    const viewer = readerOf(reading)
    const act = ({ uri, activityUri }: RelationView) =>
      side === 'followers'
        ? actBrief('Follow', activityUri, uri, account.uri)
        : actBrief('Follow', activityUri, account.uri, uri)
    return {
      ...shape(parts, account, side === 'followers' ? 'pendingFollowers' : 'pendingFollowing'),
      count: () => countRequests(db, account.id, side),
      async read(range) {
        const rows = await listRelations(db, account.id, side, 'requested', viewer, range)
        return rows.map((row) => ({ key: row.key, text: textOf(act(row)) }))
      },
      seek: (uri) => findRelation(db, account.id, side, 'requested', viewer, uri),
    }
  }

export const pendingFollowers = requests('followers')
export const pendingFollowing = requests('following')

/** Whom somebody blocks, and the Blocks themselves (FEP-c648). */
const blockList =
  (of: 'blocked' | 'blocks'): ActorList =>
  (parts, account): List => {
    const { db, uris } = parts
    const item = (row: RelationView) =>
      of === 'blocked' ? personBrief(row, uris) : actBrief('Block', row.activityUri, account.uri, row.uri)
    return {
      ...shape(parts, account, of),
      context: listContext,
      count: () => countBlocks(db, account.id),
      read: async (range) =>
        (await listBlocks(db, account.id, range)).map((row) => ({ key: row.key, text: textOf(item(row)) })),
      seek: (uri) => findBlockKey(db, account.id, uri),
    }
  }

export const blocked = blockList('blocked')
export const blocks = blockList('blocks')

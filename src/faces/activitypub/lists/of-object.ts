import { type ObjectId, readId } from '../../../base/ids.ts'
import { isOpen } from '../../../base/visibility.ts'
import { actBrief } from '../../../translate/to-activity/brief.ts'
import {
  countAroundObject,
  findObjectReaction,
  listAnswersTo,
  listObjectReactions,
  type ObjectView,
  viewObject,
} from '../../../views/objects.ts'
import type { Reading } from '../../http/reading.ts'
import type { List } from './list.ts'
import { type ListParts, readerOf, textOf } from './source.ts'

const PER_PAGE = 40
const NAMES = { likes: 'like', shares: 'announce' } as const

/** A list that belongs to what is no post, opened for whoever may see that. */
export async function openOfObject(
  parts: ListParts,
  given: string,
  name: string,
  reading: Reading,
): Promise<List | undefined> {
  if (name !== 'likes' && name !== 'shares' && name !== 'replies') return undefined
  const id = readId<ObjectId>(given)
  const object = id && (await viewObject(parts.db, id, reading.viewer))
  if (!object) return undefined
  reading.public = isOpen(object.visibility)
  reading.ownerId = object.accountId
  reading.paths.push(`/restricted/${object.accountId}`)
  return name === 'replies' ? replies(parts, object, reading) : reactions(parts, object, name, reading)
}

function shape({ uris }: ListParts, { id, accountId }: ObjectView, name: 'likes' | 'shares' | 'replies') {
  const about = { attributedTo: uris.actor(accountId), [`${name}Of`]: uris.object(id) }
  return { id: uris.ofObject(id, name), perPage: PER_PAGE, about, fleeting: true } as const
}

/** Of what is not for everyone its maker finds all of them, and everybody else their own. */
function reactions(parts: ListParts, object: ObjectView, name: 'likes' | 'shares', reading: Reading): List {
  const { db, uris } = parts
  const viewer = readerOf(reading)
  const sees = isOpen(object.visibility) || viewer?.accountId === object.accountId
  const of = { id: object.id, kind: NAMES[name], only: sees ? undefined : viewer?.accountId }
  const uri = uris.object(object.id)
  return {
    ...shape(parts, object, name),
    ordered: true,
    first: 'newest',
    count: async () => (await countAroundObject(db, object, uri, viewer))[name],
    async read(range) {
      const rows = await listObjectReactions(db, of, viewer, range)
      const type = name === 'likes' ? 'Like' : 'Announce'
      return rows.map((row) => ({ key: row.key, text: textOf(actBrief(type, row.uri, row.actorUri, uri)) }))
    },
    seek: (wanted) => findObjectReaction(db, of, viewer, wanted),
    closed: !sees && viewer === undefined,
  }
}

function replies(parts: ListParts, object: ObjectView, reading: Reading): List {
  const { db, uris } = parts
  const viewer = readerOf(reading)
  const uri = uris.object(object.id)
  return {
    ...shape(parts, object, 'replies'),
    ordered: false,
    first: 'oldest',
    count: async () => (await countAroundObject(db, object, uri, viewer)).replies,
    async read(range) {
      const rows = await listAnswersTo(db, object, uri, viewer, range)
      return rows.map((row) => ({ key: row.key, text: textOf(row.uri) }))
    },
  }
}

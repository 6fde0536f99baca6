import type { CollectionId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import { findAccountsByIds } from '../../../domain/accounts/find.ts'
import { changeCollection, removeCollection } from '../../../domain/collections/change.ts'
import { createCollection, MOST_FIRST_MEMBERS } from '../../../domain/collections/create.ts'
import { type Collection, findCollection, findRecipients } from '../../../domain/collections/find.ts'
import { cleanedFrom } from '../../../translate/from-activity/cleaned.ts'
import { contextsOf } from '../../../translate/from-activity/extension.ts'
import { idOf, idsOf, isObject, type Json, type JsonObject, parseJson } from '../../../translate/json.ts'
import { listType } from '../../../translate/to-activity/collections.ts'
import { ACTIVITY_STREAMS } from '../../../translate/to-activity/context.ts'
import { countCollectionItems, listCollectionItems } from '../../../views/collections.ts'
import type { Bearer } from '../../http/auth.ts'
import { isOfType, typesOf } from './classify.ts'
import { isSame, merged } from './merge.ts'
import type { Addressing, Posted, Posting } from './posting.ts'
import { requireScope } from './scopes.ts'
import { give } from './speak.ts'

const COLLECTIONS = new Set(['Collection', 'OrderedCollection'])
/** What is in a collection, and where, is for Add, Remove and the server to say. */
const MEMBERS = ['items', 'orderedItems', 'totalItems']
const PAGES = new Set(['first', 'last', 'current', 'next', 'prev', 'partOf', 'startIndex', 'seekItem'])

export function isCollection(object: JsonObject): boolean {
  return isOfType(object, COLLECTIONS)
}

/** An app that manages collections makes, changes and deletes them; so does one that does so with all else. */
export function requireCollectionScope(
  bearer: Bearer,
  also: 'createcontent' | 'updatecontent' | 'deletecontent',
): void {
  requireScope(bearer, ['managecollections', also])
}

/** Makes a collection, with what it begins with. */
export async function makeCollection(posting: Posting, written: JsonObject): Promise<Posted> {
  const { world, actor, audience, activity } = posting
  const ordered = typesOf(written).includes('OrderedCollection')
  const members = [...idsOf(written.orderedItems), ...idsOf(written.items)]
  const contexts = contextsOf(written)
  const said = {
    ...withoutContents(cleanedFrom(written)),
    ...(contexts.length > 0 && { '@context': [ACTIVITY_STREAMS, ...contexts] }),
    ...audience.shown,
  }
  const id = await createCollection(world, actor, {
    ordered,
    body: JSON.stringify(said),
    visibility: audience.visibility,
    recipients: recipientsOf(audience),
    members,
  })
  const made = (await findCollection(posting.tx, id)) ?? refuse('collection.not-found')
  const contents = {
    totalItems: new Set(members).size,
    ...(members.length > 0 && { [ordered ? 'orderedItems' : 'items']: members }),
  }
  return give(posting, { words: { ...activity, object: { ...objectOf(posting, made), ...contents } } })
}

/** Says something else of a collection: what is null goes, what is not named stays. */
export async function updateCollection(
  posting: Posting,
  id: CollectionId,
  patch: JsonObject,
): Promise<Posted> {
  const { world, tx, actor, audience, activity } = posting
  const before = await requireOwn(posting, id)
  const body = await changed(posting, before, patch)
  const heard = await heardOf(posting, before)
  const change = { body, visibility: wider(before.visibility, audience), recipients: recipientsOf(audience) }
  await changeCollection(world, actor, id, change)
  const after = (await findCollection(tx, id)) ?? refuse('collection.not-found')
  return give(posting, { audience: heard, words: { ...activity, object: objectOf(posting, after) } })
}

/** Nothing is left of a collection but that it was there. */
export async function deleteCollection(posting: Posting, id: CollectionId): Promise<Posted> {
  const { world, tx, actor, activity } = posting
  const before = await requireOwn(posting, id)
  const heard = await heardOf(posting, before)
  await removeCollection(world, actor, id)
  const after = (await findCollection(tx, id)) ?? refuse('collection.not-found')
  return give(posting, { audience: heard, words: { ...activity, object: tombstoneOf(posting, after) } })
}

async function requireOwn({ tx, actor }: Posting, id: CollectionId): Promise<Collection> {
  const collection = await findCollection(tx, id)
  if (!collection) return refuse('collection.not-found')
  if (collection.accountId !== actor.id) refuse('collection.not-yours')
  return collection.deletedAt === null ? collection : refuse('act.redundant')
}

async function changed(posting: Posting, before: Collection, patch: JsonObject): Promise<string> {
  const was = objectOf(posting, before)
  const members = new Set(MEMBERS)
  for (const [term, value] of Object.entries(patch)) {
    if (members.has(term) && !(await isAsItWas(posting, before, term, value)))
      refuse('object.protected', { term })
    if (PAGES.has(term) && !idOf(value)?.startsWith(String(was.id))) refuse('object.protected', { term })
    if (term === 'type' && !isSame(was.type, value)) refuse('object.protected', { term })
  }
  const { '@context': context, ...then } = saidOf(before)
  const { shown } = posting.audience
  const to = [...new Set([...idsOf(then.to), ...shown.to])]
  const cc = [...new Set([...idsOf(then.cc), ...shown.cc])].filter((address) => !to.includes(address))
  const said = withoutContents(merged(was, cleanedFrom(patch)))
  return JSON.stringify({ ...said, ...(context !== undefined && { '@context': context }), to, cc })
}

/** Whoever sends back what they have read changes nothing. */
async function isAsItWas(
  { tx, actor }: Posting,
  { id }: Collection,
  term: string,
  value: Json | undefined,
): Promise<boolean> {
  const viewer = { accountId: actor.id }
  if (term === 'totalItems') return value === (await countCollectionItems(tx, id, viewer))
  const items = await listCollectionItems(tx, id, viewer, { limit: MOST_FIRST_MEMBERS })
  return idsOf(value).join('\n') === items.map(({ uri }) => uri).join('\n')
}

function withoutContents(object: JsonObject): JsonObject {
  const ours = new Set([
    '@context',
    ...MEMBERS,
    ...PAGES,
    'id',
    'attributedTo',
    'published',
    'updated',
    'to',
    'cc',
    'audience',
  ])
  return Object.fromEntries(Object.entries(object).filter(([name]) => !ours.has(name)))
}

function saidOf({ body }: Collection): JsonObject {
  const said = parseJson(body)
  return isObject(said) ? said : {}
}

/** As it stands within an activity. */
function objectOf({ world: { uris } }: Posting, collection: Collection): JsonObject {
  const { '@context': _context, ...said } = saidOf(collection)
  return {
    id: uris.collection(collection.id),
    ...said,
    type: listType(collection.ordered, said.type),
    attributedTo: uris.actor(collection.accountId),
    published: collection.createdAt.toISOString(),
    ...(collection.updatedAt === null ? {} : { updated: collection.updatedAt.toISOString() }),
  }
}

function tombstoneOf({ world: { uris } }: Posting, collection: Collection): JsonObject {
  return {
    id: uris.collection(collection.id),
    type: 'Tombstone',
    published: collection.createdAt.toISOString(),
    deleted: collection.deletedAt?.toISOString(),
  }
}

function recipientsOf({ to, cc, bto, bcc }: Addressing) {
  const open = [...to, ...cc].map(({ id }) => ({ accountId: id, blind: false }))
  return [...open, ...[...bto, ...bcc].map(({ id }) => ({ accountId: id, blind: true }))]
}

/** Nobody who may read it is shut out by a change of something else. */
function wider(before: Collection['visibility'], { visibility }: Addressing): Collection['visibility'] {
  const order = ['direct', 'followers', 'unlisted', 'public'] as const
  return order[Math.max(order.indexOf(before), order.indexOf(visibility))] ?? before
}

/** Whom the activity is for, and all whom the collection was for before. */
async function heardOf({ tx, world, actor, audience }: Posting, before: Collection): Promise<Addressing> {
  const recipients = await findRecipients(tx, before.id)
  const accounts = await findAccountsByIds(
    tx,
    recipients.map(({ accountId }) => accountId),
  )
  const among = (blind: boolean) =>
    recipients.filter((one) => one.blind === blind).flatMap(({ accountId }) => accounts.get(accountId) ?? [])
  const { to, cc } = saidOf(before)
  const shown = {
    to: [...new Set([...audience.shown.to, ...idsOf(to)])],
    cc: [...new Set([...audience.shown.cc, ...idsOf(cc)])],
  }
  const isOpen = before.visibility === 'public' || before.visibility === 'unlisted'
  return {
    ...audience,
    public: audience.public || isOpen,
    followers: audience.followers || shown.to.concat(shown.cc).includes(world.uris.followers(actor.id)),
    to: [...audience.to, ...among(false)],
    bcc: [...audience.bcc, ...among(true)],
    shown,
  }
}

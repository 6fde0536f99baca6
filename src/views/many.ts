import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { StreamEvent } from '../domain/events/event.ts'
import { choicesOf, type Doings, doingsOf } from './doings.ts'
import { type FilterMatch, type FilterPosts, filtersOfMany } from './filters.ts'
import { type Hearing, mayHear } from './hearers.ts'
import { mineFrom } from './mine.ts'
import { type StatusView, viewStatuses } from './statuses.ts'
import type { PostView } from './view.ts'

/** Somebody here who reads. */
export interface Reader {
  readonly id: AccountId
  readonly uri: string
}

/** A post as all of these readers see it alike. */
export interface SharedView {
  readonly view: StatusView
  readonly readers: readonly Reader[]
}

/** Which posts are to be shown to whom. Who may see the post itself is known; what it shows of others is looked at here. */
export type Wanted = ReadonlyMap<PostId, readonly Reader[]>

interface Known {
  readonly doings: Doings
  readonly chosen: (id: PostId, readerId: AccountId) => readonly number[]
  readonly filters: ReadonlyMap<AccountId, FilterPosts>
  /** whether a reader may see what is boosted or quoted */
  readonly sees: (id: PostId, readerId: AccountId) => boolean
}

/**
 * Shows posts to many readers at once: each post is read once, what its readers did to it in one statement, and whatever
 * looks the same to some of them is made once for all of these.
 */
export async function viewForMany(db: Db, wanted: Wanted): Promise<ReadonlyMap<PostId, SharedView[]>> {
  const bases = await readOnce(db, wanted)
  const known = await knownOf(db, wanted, bases)
  const shared = new Map<PostId, SharedView[]>()
  const later: { readonly id: PostId; readonly readers: readonly Reader[] }[] = []
  for (const [id, view] of bases) {
    const groups = Map.groupBy(wanted.get(id) ?? [], (reader) => likenessOf(view, reader, known))
    const views: SharedView[] = []
    for (const [likeness, readers] of groups) {
      if (likeness === undefined) continue
      // A post may be quoted to some readers that the one for whom it was read does not see.
      if (isShort(view, readers, known)) later.push({ id, readers })
      else views.push(...filtered(derived(view, readers, known), readers, known))
    }
    shared.set(id, views)
  }
  for (const { id, readers } of later) {
    const [first] = readers
    const [view] = first ? await viewStatuses(db, [id], { accountId: first.id }, false) : []
    if (view) shared.get(id)?.push(...filtered(derived(view, readers, known), readers, known))
  }
  return shared
}

/** As anybody sees them; what is not for everybody, as one of those sees it whom it is for. */
async function readOnce(db: Db, wanted: Wanted): Promise<Map<PostId, StatusView>> {
  const views = new Map<PostId, StatusView>()
  const read = async (ids: readonly PostId[], reader: Reader | undefined) => {
    const found = await viewStatuses(db, ids, reader && { accountId: reader.id }, false)
    for (const view of found) views.set(view.post.id, view)
  }
  await read([...wanted.keys()], undefined)
  const closed = [...wanted].filter(([id, readers]) => !views.has(id) && readers.length > 0)
  const byReader = Map.groupBy(closed, ([, readers]) => readers[0])
  for (const [reader, posts] of byReader)
    await read(
      posts.map(([id]) => id),
      reader,
    )
  return views
}

async function knownOf(db: Db, wanted: Wanted, bases: ReadonlyMap<PostId, StatusView>): Promise<Known> {
  const shown = [...bases.values()].flatMap(({ post }) => partsOf(post))
  const ids = [...new Set([...shown.map(({ id }) => id), ...shown.flatMap((post) => quotedBy(post) ?? [])])]
  const polls = shown.filter(({ poll }) => poll !== null).map(({ id }) => id)
  const readerIds = [...new Set([...bases.keys()].flatMap((id) => wanted.get(id) ?? []).map(({ id }) => id))]
  const [doings, chosen, filters, sees] = await Promise.all([
    doingsOf(db, ids, readerIds),
    choicesOf(db, polls, readerIds),
    filtersOfMany(db, readerIds),
    sightOf(db, wanted, bases),
  ])
  return { doings, chosen, filters, sees }
}

/** The post, what it boosts, and what they quote as far as it was read. */
function partsOf(post: PostView): readonly PostView[] {
  const inner = [post.boostOf, post.quote?.post ?? null].flatMap((each) => each ?? [])
  return [post, ...inner.flatMap(partsOf)]
}

/** What a post quotes with the leave of its author. */
function quotedBy({ quote }: PostView): PostId | undefined {
  return quote?.state === 'accepted' ? (quote.quotedId ?? undefined) : undefined
}

async function sightOf(
  db: Db,
  wanted: Wanted,
  bases: ReadonlyMap<PostId, StatusView>,
): Promise<Known['sees']> {
  const asked = new Map<string, Hearing>()
  for (const [id, { post }] of bases) {
    const others = [post.boostOf?.id, quotedBy(post), post.boostOf && quotedBy(post.boostOf)]
    for (const other of others.flatMap((each) => each ?? []))
      for (const reader of wanted.get(id) ?? [])
        asked.set(`${other} ${reader.id}`, { event: eventOf(other, 'post'), readerId: reader.id })
  }
  if (asked.size === 0) return () => true
  const allowed = await mayHear(db, [...asked.values()])
  return (id, readerId) => {
    const hearing = asked.get(`${id} ${readerId}`)
    return hearing !== undefined && allowed.has(hearing)
  }
}

/** What is asked whether somebody may hear of it, where nothing need have happened. */
export function eventOf(id: PostId, name: 'post' | 'home' | 'public', subject: string = id): StreamEvent {
  return {
    position: id,
    topic: { name, subject },
    verb: 'Add',
    thing: 'post',
    thingId: id,
    uri: null,
    audience: null,
    namedIds: [],
    writtenBy: null,
  }
}

/** The same for all readers to whom a post looks the same, but for their filters; undefined where it is not for them. */
function likenessOf({ post }: StatusView, reader: Reader, known: Known): string | undefined {
  if (post.boostOf && !known.sees(post.boostOf.id, reader.id)) return undefined
  const about = (each: PostView): string => {
    const quoted = quotedBy(each)
    const seen = quoted !== undefined && known.sees(quoted, reader.id)
    const bits = known.doings(each.id, reader.id)
    const chosen = each.poll ? known.chosen(each.id, reader.id).join(' ') : ''
    const own = each.author.id === reader.id || isNamedByPolicy(each, reader)
    // One that was not read is looked at by each for themself.
    const inner = seen ? (each.quote?.post ? about(each.quote.post) : reader.id) : ''
    return `${bits} ${chosen} ${own ? reader.id : ''} ${seen ? quoted : ''} ${inner}`
  }
  return `${about(post)} | ${post.boostOf ? about(post.boostOf) : ''}`
}

/** The author lets certain people do something by name. */
function isNamedByPolicy({ policy }: PostView, { uri }: Reader): boolean {
  const { automatic = [], manual = [] } = policy?.quote ?? {}
  return automatic.includes(uri) || manual.includes(uri)
}

/** Whether something that these readers see was not read. */
function isShort({ post }: StatusView, [reader]: readonly Reader[], known: Known): boolean {
  return [post, ...(post.boostOf ? [post.boostOf] : [])].some((each) => {
    const quoted = quotedBy(each)
    return quoted !== undefined && !each.quote?.post && !!reader && known.sees(quoted, reader.id)
  })
}

/** A post as the first of these readers sees it, and so all of them, before their filters. */
function derived(view: StatusView, [reader]: readonly Reader[], known: Known): StatusView {
  if (!reader) return view
  const { post } = view
  const quoted = quotedBy(post)
  const seesQuoted = quoted !== undefined && known.sees(quoted, reader.id)
  const boostOf = view.boostOf && derived(view.boostOf, [reader], known)
  const inner = view.quoted && seesQuoted ? derivedInner(view.quoted, reader, known) : null
  return {
    post: {
      ...post,
      boostOf: boostOf?.post ?? null,
      poll: post.poll && { ...post.poll, ownVotes: known.chosen(post.id, reader.id) },
      quote: post.quote && { ...post.quote, post: inner?.post ?? null },
    },
    mine: mineFrom(known.doings(post.id, reader.id)),
    boostOf,
    quoted: inner,
    filtered: [],
  }
}

/** What is quoted, whose own quote stays a link. */
function derivedInner(view: StatusView, reader: Reader, known: Known): StatusView {
  const { post } = view
  return {
    ...view,
    post: { ...post, poll: post.poll && { ...post.poll, ownVotes: known.chosen(post.id, reader.id) } },
    mine: mineFrom(known.doings(post.id, reader.id)),
  }
}

/** Apart for each that has filters which it meets. */
function filtered(view: StatusView, readers: readonly Reader[], { filters }: Known): SharedView[] {
  const plain: Reader[] = []
  const met: SharedView[] = []
  for (const reader of readers) {
    const filter = filters.get(reader.id)
    const own = filter && withFilters(view, filter)
    if (own && isMet(own)) met.push({ view: own, readers: [reader] })
    else plain.push(reader)
  }
  return plain.length > 0 ? [{ view, readers: plain }, ...met] : met
}

function withFilters(view: StatusView, filter: FilterPosts): StatusView {
  return {
    ...view,
    boostOf: view.boostOf && withFilters(view.boostOf, filter),
    quoted: view.quoted && withFilters(view.quoted, filter),
    filtered: filter(view.post) as readonly FilterMatch[],
  }
}

function isMet(view: StatusView): boolean {
  const { filtered: own, boostOf, quoted } = view
  return own.length > 0 || (boostOf !== null && isMet(boostOf)) || (quoted !== null && isMet(quoted))
}

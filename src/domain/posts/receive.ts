import { clampPublished, idFromPublished, type PostId } from '../../base/ids.ts'
import { isOpen } from '../../base/visibility.ts'
import { type Tx, transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import type { Account } from '../accounts/account.ts'
import { findAccountsByUris } from '../accounts/find.ts'
import { countPosts } from '../accounts/store.ts'
import { followedHere } from '../follows/find.ts'
import { type Ruling, ruleOn } from '../moderation/policy.ts'
import type { Permission } from '../policies/policy.ts'
import type { World } from '../world.ts'
import { type Admitted, admissionsOf, admitPosts, type Part, partOf } from './admit.ts'
import { findPostsByUris, findTombstones, findVisible, type KnownPost } from './find.ts'
import { keepHeld } from './hold.ts'
import { type IncomingRow, idsTaken, insertIncoming } from './incoming-store.ts'
import { awaitEachOther, joinLateParents } from './late-parents.ts'
import type { Incoming } from './post.ts'
import { admitReaders, blindIn, peopleIn } from './receive-blind.ts'
import { countReplies, insertHashtags, insertMentions } from './store.ts'

export interface Arrival {
  readonly incoming: Incoming
  /** already known to be who said it */
  readonly author: Account
  /** somebody here asked for it, so it is kept whomever it concerns */
  readonly wanted?: boolean
  /** we looked for it, nobody sent it: it is kept quietly */
  readonly found?: boolean
  /** the activity that said it */
  readonly activityUri?: string | undefined
  /** the request with which it came */
  readonly request?: Admitted['request']
}

/** Why a post was kept or not. Not one of them is an error: the sender is told nothing. */
export type ReceiveOutcome =
  | NonNullable<Ruling['refused']>
  | 'stored'
  | 'known'
  | 'deleted'
  | 'unrelated'
  | 'parent-hidden'
  | 'refused'

/**
 * Takes posts from elsewhere, one or a hundred, in a fixed number of queries and one transaction.
 * A post is kept when somebody here follows its author, when it names or addresses somebody here, or when it answers a
 * post that is known and that its author may see.
 */
export async function receivePosts(world: World, arrivals: readonly Arrival[]): Promise<ReceiveOutcome[]> {
  if (arrivals.length === 0) return []
  const known = await gather(world, arrivals)
  const outcomes: ReceiveOutcome[] = []
  const kept: IncomingRow[] = []
  for (const arrival of arrivals) {
    const judged = await judge(world, arrival, known)
    outcomes.push(typeof judged === 'string' ? judged : 'stored')
    if (typeof judged === 'string') continue
    kept.push(judged)
    known.rows.set(judged.uri, judged)
  }
  if (kept.length > 0) await transact(world.db, (tx) => store(world, tx, kept))
  await admitReaders(
    world,
    arrivals.filter((_arrival, index) => outcomes[index] === 'known'),
    known.accounts,
  )
  return outcomes
}

interface Known {
  readonly posts: Map<string, KnownPost>
  /** those of this very batch that are about to be stored */
  readonly rows: Map<string, IncomingRow>
  readonly gone: Set<string>
  readonly accounts: Map<string, Account>
  readonly followed: Set<Account['id']>
  /** ids that no new post may have */
  readonly taken: Set<PostId>
  readonly rulings: Map<Incoming, Ruling>
  /** of replies to posts of ours, what these let them be */
  readonly admissions: Map<string, Permission>
}

/** So many ids one uri may try: two are as good as always enough. */
const ATTEMPTS = [0, 1, 2, 3]

async function gather(world: World, arrivals: readonly Arrival[]): Promise<Known> {
  const uris = arrivals.map(({ incoming }) => incoming.uri)
  const parents = arrivals.flatMap(({ incoming }) => incoming.inReplyToUri ?? [])
  const quoted = arrivals.flatMap(({ incoming }) => quotedUriOf(incoming) ?? [])
  const people = arrivals.flatMap(({ incoming }) => peopleIn(incoming))
  const now = world.clock.now()
  const [posts, gone, accounts, followed, taken] = await Promise.all([
    findPostsByUris(world.db, [...new Set([...uris, ...parents, ...quoted])]),
    findTombstones(world.db, uris),
    findAccountsByUris(world.db, [...new Set(people)]),
    followedHere(world.db, [...new Set(arrivals.map(({ author }) => author.id))]),
    idsTaken(
      world.db,
      arrivals.flatMap((arrival) => candidatesFor(arrival, now)),
    ),
  ])
  const admissions = await admissionsOf(
    world.db,
    arrivals.map(({ incoming: { uri, inReplyToUri }, author }) => {
      return { uri, authorId: author.id, parent: posts.get(inReplyToUri ?? '') }
    }),
  )
  const rulings = await ruleOn(
    world.db,
    arrivals.map(({ incoming, author }) => ({
      incoming,
      author,
      parentAuthorId: posts.get(incoming.inReplyToUri ?? '')?.accountId,
      namedHere: peopleIn(incoming).flatMap((uri) => {
        const account = accounts.get(uri)
        return account?.local ? [account.id] : []
      }),
    })),
  )
  // The same post may come to several, and be wanted by some of them.
  const each = new Map(
    rulings.flatMap((ruling, at) => (arrivals[at] ? [[arrivals[at].incoming, ruling]] : [])),
  )
  return { posts, rows: new Map(), gone, accounts, followed, taken, admissions, rulings: each }
}

function quotedUriOf({ quote }: Incoming): string | undefined {
  return quote === null || quote === 'gone' ? undefined : quote.uri
}

async function judge(world: World, arrival: Arrival, known: Known): Promise<IncomingRow | ReceiveOutcome> {
  const { incoming, author } = arrival
  if (known.gone.has(incoming.uri)) return 'deleted'
  if (known.posts.has(incoming.uri) || known.rows.has(incoming.uri)) return 'known'
  const ruling = known.rulings.get(incoming)
  if (ruling?.refused) return ruling.refused

  const parent = parentOf(incoming, known)
  if (parent && !(await maySeeParent(world, parent, author))) return 'parent-hidden'
  const admission = known.admissions.get(incoming.uri)
  if (admission === 'refused') return 'refused'
  const named = mentionsOf(incoming, known, author)
  const blind = blindIn(incoming, known.accounts, author, named)
  const concernsUs =
    arrival.wanted ||
    known.followed.has(author.id) ||
    [...named, ...blind].some((account) => account.local && !ruling?.isApart(account.id)) ||
    known.posts.get(quotedUriOf(incoming) ?? '')?.local ||
    parent !== undefined
  if (!concernsUs) return 'unrelated'
  const part = partOf(incoming, parent?.held ?? false, admission, arrival.request)
  const kept = { ...arrival, incoming: ruling?.incoming ?? incoming }
  const row = { ...rowFrom(world, kept, parent, named, known.taken), ...part }
  return { ...row, blind: blind.map(({ id }) => id) }
}

type Parent = Pick<KnownPost, 'id' | 'uri' | 'accountId' | 'conversationId' | 'visibility' | 'local' | 'held'>

function parentOf(incoming: Incoming, known: Known): Parent | undefined {
  if (incoming.inReplyToUri === null) return undefined
  return known.posts.get(incoming.inReplyToUri) ?? known.rows.get(incoming.inReplyToUri)
}

async function maySeeParent(world: World, parent: Parent, author: Account): Promise<boolean> {
  if (isOpen(parent.visibility)) return true
  if (parent.accountId === author.id) return true
  return (await findVisible(world.db, parent.id, { accountId: author.id })) !== undefined
}

/** Whom it names; in a private post whoever it is addressed to may read it as well, named or not. */
function mentionsOf(incoming: Incoming, known: Known, author: Account): Account[] {
  const isPrivate = incoming.visibility === 'followers' || incoming.visibility === 'direct'
  const uris = isPrivate ? [...incoming.mentionUris, ...incoming.recipientUris] : incoming.mentionUris
  const found = uris.map((uri) => known.accounts.get(uri)).filter((account) => account !== undefined)
  const addressedHere = incoming.recipientUris
    .map((uri) => known.accounts.get(uri))
    .filter((account) => account?.local)
    .filter((account) => account !== undefined)
  const all = new Map([...found, ...addressedHere].map((account) => [account.id, account]))
  all.delete(author.id)
  return [...all.values()]
}

function rowFrom(
  world: World,
  arrival: Arrival,
  parent: Parent | undefined,
  mentions: readonly Account[],
  taken: Set<PostId>,
): Omit<IncomingRow, keyof Part | 'blind'> {
  const { incoming, author } = arrival
  const now = world.clock.now()
  const publishedAt = clampPublished(incoming.publishedAt, now)
  const id = freeIdFor(arrival, now, taken)
  return {
    id,
    uri: incoming.uri,
    url: incoming.url,
    accountId: author.id,
    kind: incoming.kind,
    holds: incoming,
    host: author.host,
    visibility: incoming.visibility,
    local: false,
    inReplyToId: parent?.id ?? null,
    answersUs: parent?.local ?? false,
    inReplyToUri: incoming.inReplyToUri,
    inReplyToAccountId: parent?.accountId ?? null,
    conversationId: parent?.conversationId ?? id,
    contextUri: incoming.contextUri,
    found: arrival.found ?? false,
    activityUri: arrival.activityUri,
    title: incoming.title,
    summary: incoming.summary,
    sensitive: incoming.sensitive,
    contentHtml: incoming.contentHtml,
    source: incoming.source,
    language: incoming.language,
    publishedAt,
    editedAt: incoming.updatedAt && incoming.updatedAt > publishedAt ? incoming.updatedAt : null,
    receivedAt: now,
    mentions: mentions.map((account) => account.id),
    hashtags: incoming.hashtags,
    audience: incoming.audience,
  }
}

/**
 * Two uris of one second may fall on one id; whoever comes later takes the next that its own hash offers. All are known
 * before the first row is made, so that a reply within the batch names the id that its parent really has.
 */
function candidatesFor({ incoming }: Arrival, now: Date): PostId[] {
  const publishedAt = clampPublished(incoming.publishedAt, now)
  return ATTEMPTS.map((attempt) => idFromPublished(publishedAt, incoming.uri, now, attempt))
}

function freeIdFor(arrival: Arrival, now: Date, taken: Set<PostId>): PostId {
  const candidates = candidatesFor(arrival, now)
  const id = candidates.find((candidate) => !taken.has(candidate)) ?? candidates[0]
  if (id === undefined) throw new Error('unreachable: no candidate')
  taken.add(id)
  return id
}

async function store(world: World, tx: Tx, rows: readonly IncomingRow[]): Promise<void> {
  await awaitEachOther(tx, rows)
  const inserted = await insertIncoming(tx, rows)
  const fresh = rows.filter((row) => inserted.has(row.id))
  if (fresh.length === 0) return
  // What is held is not there yet for anybody else: it is counted and told of once it is approved.
  const shown = fresh.filter((row) => !row.held)
  const open = shown.filter((row) => isOpen(row.visibility))
  await insertMentions(
    tx,
    fresh.flatMap((row) => [
      ...row.mentions.map((accountId) => ({ postId: row.id, accountId })),
      ...row.blind.map((accountId) => ({ postId: row.id, accountId, silent: true, blind: true })),
    ]),
  )
  await insertHashtags(
    tx,
    fresh.flatMap((row) => row.hashtags.map((tag) => ({ postId: row.id, ...tag }))),
  )
  await keepHeld(world, tx, fresh)
  await countPosts(
    tx,
    open.map((row) => ({ accountId: row.accountId, by: 1, lastPostAt: row.publishedAt })),
  )
  await countReplies(
    tx,
    open.flatMap((row) => (row.inReplyToId ? { postId: row.inReplyToId, by: 1 } : [])),
  )
  await joinLateParents(tx, fresh)
  const since = world.clock.now().getTime() - world.limits.freshHours * 3_600_000
  await record(
    world,
    tx,
    shown.map((row) => ({
      type: 'post.received',
      postId: row.id,
      authorId: row.accountId,
      ourParentId: row.answersUs ? row.inReplyToId : null,
      fresh: row.publishedAt.getTime() >= since,
      ...(row.found && { found: true }),
      activityUri: row.activityUri,
    })),
  )
  await admitPosts(world, tx, fresh.map(admittedFrom))
}

function admittedFrom({ inReplyToId, inReplyToUri, inReplyToAccountId, ...row }: IncomingRow): Admitted {
  const known = inReplyToId !== null && inReplyToUri !== null && inReplyToAccountId !== null
  const parent = known ? { id: inReplyToId, uri: inReplyToUri, accountId: inReplyToAccountId } : null
  return { ...row, parent }
}

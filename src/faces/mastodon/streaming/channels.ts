import { type AccountId, type ListId, readId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import type { Db } from '../../../db/connect.ts'
import { allows, type Need, type Scopes } from '../../../domain/grants/scopes.ts'
import { requireList } from '../../../domain/lists/find.ts'
import { hashtagFrom } from '../../../text/tokens.ts'

/** What an app can be told of as it happens. */
export type Channel =
  /** somebody's home with their notifications, or these alone */
  | { readonly kind: 'user'; readonly posts: boolean; readonly notices: boolean; readonly news: boolean }
  | { readonly kind: 'public'; readonly from: From; readonly media: boolean }
  | { readonly kind: 'hashtag'; readonly tag: string; readonly from: From }
  | { readonly kind: 'list'; readonly listId: ListId }
  | { readonly kind: 'direct' }

export type From = 'here' | 'elsewhere' | undefined

/** What an app says that it wants to hear. */
export interface Asked {
  readonly stream: string | undefined
  readonly tag?: string | undefined
  readonly list?: string | undefined
}

/** A channel, and how its messages are marked for the app that asked for it. */
export interface Opened {
  readonly channel: Channel
  readonly names: readonly string[]
}

const LONGEST_TAG = 200

/**
 * Finds what is asked for, if the app may read the same where it is to be read.
 * @throws Refusal 'stream.unknown', 'stream.no-tag', 'stream.no-list', 'list.not-found', 'token.scope'
 */
export async function channelFor(
  db: Db,
  asked: Asked,
  accountId: AccountId,
  scopes: Scopes,
): Promise<Opened> {
  return { channel: await find(db, asked, accountId, scopes), names: namesOf(asked) }
}

/** How what is asked for is marked in every message. */
export function namesOf({ stream = '', tag = '', list = '' }: Asked): readonly string[] {
  if (stream === 'list') return [stream, list.trim()]
  return TAGGED.has(stream) ? [stream, tagged(tag)] : [stream]
}

const tagged = (tag: string) => tag.trim().slice(0, LONGEST_TAG)

async function find(
  db: Db,
  { stream = '', tag = '', list = '' }: Asked,
  accountId: AccountId,
  scopes: Scopes,
): Promise<Channel> {
  const need = USERS.get(stream)
  if (need !== undefined) return userChannel(stream, need, scopes)
  const open = PUBLIC.get(stream)
  if (open) return allowed(scopes, 'read:statuses', { kind: 'public', ...open })
  if (TAGGED.has(stream)) {
    const given = tagged(tag)
    if (given === '') refuse('stream.no-tag')
    const name = hashtagFrom(given)?.name ?? given.toLowerCase()
    const from = stream === 'hashtag' ? undefined : 'here'
    return allowed(scopes, 'read:statuses', { kind: 'hashtag', tag: name, from })
  }
  if (stream === 'direct') return allowed(scopes, 'read:statuses', { kind: stream })
  if (stream !== 'list') return refuse('stream.unknown')
  const { id: listId } = await ownList(db, accountId, list, scopes)
  return { kind: 'list', listId }
}

const TAGGED: ReadonlySet<string> = new Set(['hashtag', 'hashtag:local'])

const USERS: ReadonlyMap<string, Need> = new Map<string, Need>([
  ['user', 'read:statuses'],
  ['user:notification', 'read:notifications'],
])

const PUBLIC: ReadonlyMap<string, { readonly from: From; readonly media: boolean }> = new Map([
  ['public', { from: undefined, media: false }],
  ['public:media', { from: undefined, media: true }],
  ['public:local', { from: 'here', media: false }],
  ['public:local:media', { from: 'here', media: true }],
  ['public:remote', { from: 'elsewhere', media: false }],
  ['public:remote:media', { from: 'elsewhere', media: true }],
])

/** Whoever hears a home hears with it what else the app may read. */
function userChannel(stream: string, need: Need, scopes: Scopes): Channel {
  const isHome = stream === 'user'
  return allowed(scopes, need, {
    kind: 'user',
    posts: isHome,
    notices: allows(scopes, 'read:notifications'),
    news: isHome && allows(scopes, 'read:accounts'),
  })
}

/** What may be read where it stands may be heard. */
function allowed(scopes: Scopes, need: Need, channel: Channel): Channel {
  return allows(scopes, need) ? channel : refuse('token.scope', { scope: String(need) })
}

async function ownList(db: Db, accountId: AccountId, list: string, scopes: Scopes) {
  if (!allows(scopes, 'read:lists')) refuse('token.scope', { scope: 'read:lists' })
  if (list.trim() === '') refuse('stream.no-list')
  return requireList(db, accountId, readId<ListId>(list.trim()))
}

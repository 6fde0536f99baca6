import { sql } from 'kysely'
import type { AccountId, ListId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { Talk } from '../domain/conversations/find.ts'
import { eachIn, visibleTo } from '../domain/posts/audience.ts'
import { standsInList } from './lists.ts'

/** What decides in which of the lists that strangers read a post stands, but for who reads. */
export interface LivePost {
  readonly id: PostId
  readonly local: boolean
  /** said to everybody, and no boost */
  readonly open: boolean
  /** an answer to somebody else */
  readonly answer: boolean
  readonly media: boolean
  readonly direct: boolean
  /** names of its hashtags, in lower case */
  readonly tags: readonly string[]
}

export async function livePosts(db: Db, ids: readonly PostId[]): Promise<readonly LivePost[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<LivePost>`
    SELECT post.id, post.local, post.visibility = 'direct' AS direct,
      post.visibility = 'public' AND post.boost_of_id IS NULL AND NOT post.held AS open,
      post.in_reply_to_uri IS NOT NULL AND post.in_reply_to_account_id IS DISTINCT FROM post.account_id AS answer,
      EXISTS (SELECT 1 FROM attachment WHERE attachment.post_id = post.id) AS media,
      ARRAY(SELECT hashtag.name FROM post_hashtag JOIN hashtag ON hashtag.id = post_hashtag.hashtag_id
        WHERE post_hashtag.post_id = post.id) AS tags
    FROM post WHERE post.id = ANY (${ids}::bigint[])`.execute(db)
  return rows
}

export interface Entering {
  readonly postId: PostId
  /** the transaction that wrote it into homes; null: whichever */
  readonly writtenBy: string | null
}

/** In whose homes, of these, posts stand; or were put by one transaction alone. `at` is the place among what was asked. */
export async function homesWith(
  db: Db,
  entering: readonly Entering[],
  ownerIds: readonly AccountId[],
): Promise<readonly { readonly at: number; readonly ownerId: AccountId }[]> {
  if (entering.length === 0 || ownerIds.length === 0) return []
  const { rows } = await sql<{ at: number; ownerId: AccountId }>`
    SELECT entered.n::int - 1 AS at, home_entry.owner_id AS "ownerId"
    FROM unnest(${entering.map(({ postId }) => postId)}::bigint[], ${entering.map(({ writtenBy }) => writtenBy)}::text[])
      WITH ORDINALITY AS entered (post_id, written_by, n)
    JOIN home_entry ON home_entry.post_id = entered.post_id
    WHERE home_entry.owner_id = ANY (${ownerIds}::bigint[])
      AND (entered.written_by IS NULL OR home_entry.xmin = entered.written_by::xid8::xid)`.execute(db)
  return rows
}

/** On which of these lists posts stand, as their owners may see them. */
export async function listsShowing(
  db: Db,
  ids: readonly PostId[],
  listIds: readonly ListId[],
): Promise<readonly { readonly postId: PostId; readonly listId: ListId; readonly ownerId: AccountId }[]> {
  if (ids.length === 0 || listIds.length === 0) return []
  const owner = sql`list.owner_id`
  const { rows } = await sql<{ postId: PostId; listId: ListId; ownerId: AccountId }>`
    SELECT post.id AS "postId", list.id AS "listId", list.owner_id AS "ownerId"
    FROM post JOIN list_member AS listed ON listed.account_id = post.account_id
    JOIN list ON list.id = listed.list_id
    WHERE post.id = ANY (${ids}::bigint[]) AND list.id = ANY (${listIds}::bigint[])
      AND ${visibleTo(eachIn(owner))}
      AND ${standsInList(owner, { id: sql`list.id`, replies: sql`list.replies` })}`.execute(db)
  return rows
}

/** A conversation of somebody. */
export interface OwnedTalk extends Talk {
  readonly ownerId: AccountId
}

/** The conversations of these people that end with these posts. */
export async function talksEndingWith(
  db: Db,
  ids: readonly PostId[],
  ownerIds: readonly AccountId[],
): Promise<readonly OwnedTalk[]> {
  if (ids.length === 0 || ownerIds.length === 0) return []
  const { rows } = await sql<OwnedTalk>`
    SELECT id, owner_id AS "ownerId", last_post_id AS "lastPostId", unread FROM talk
    WHERE last_post_id = ANY (${ids}::bigint[]) AND owner_id = ANY (${ownerIds}::bigint[])`.execute(db)
  return rows
}

/** Who could have had something of these authors at home, or on a list. */
export interface Had {
  /** by author */
  readonly followers: ReadonlyMap<AccountId, ReadonlySet<AccountId>>
  readonly lists: ReadonlyMap<AccountId, ReadonlySet<ListId>>
  /** those who follow any hashtag at all */
  readonly tagged: ReadonlySet<AccountId>
}

/** Of what is gone nothing says any more where it stood; so it is taken back from all where it may have. */
export async function whoHad(
  db: Db,
  authorIds: readonly AccountId[],
  readerIds: readonly AccountId[],
  listIds: readonly ListId[],
): Promise<Had> {
  const readers = sql`ANY (${readerIds}::bigint[])`
  const authors = sql`ANY (${authorIds}::bigint[])`
  const { rows } = await sql<{ author: AccountId | null; reader: AccountId | null; list: ListId | null }>`
    SELECT followed_id AS author, follower_id AS reader, NULL::bigint AS list FROM follow
    WHERE followed_id = ${authors} AND follower_id = ${readers} AND state = 'accepted'
    UNION ALL SELECT NULL::bigint, account_id, NULL::bigint FROM tag_follow WHERE account_id = ${readers}
    UNION ALL SELECT account_id, NULL::bigint, list_id FROM list_member
    WHERE account_id = ${authors} AND list_id = ANY (${listIds}::bigint[])`.execute(db)
  const had = {
    followers: new Map<AccountId, Set<AccountId>>(),
    lists: new Map<AccountId, Set<ListId>>(),
    tagged: new Set<AccountId>(),
  }
  for (const { author, reader, list } of rows) {
    if (author !== null && list !== null) addTo(had.lists, author, list)
    else if (author !== null && reader !== null) addTo(had.followers, author, reader)
    else if (reader !== null) had.tagged.add(reader)
  }
  return had
}

function addTo<Key, Value>(sets: Map<Key, Set<Value>>, key: Key, value: Value): void {
  const set = sets.get(key)
  if (set) set.add(value)
  else sets.set(key, new Set([value]))
}

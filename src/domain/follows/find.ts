import { sql } from 'kysely'
import type { AccountId, FollowId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { FollowState } from '../../db/tables/posts.ts'

export interface Follow {
  readonly id: FollowId
  readonly uri: string
  readonly followerId: AccountId
  readonly followedId: AccountId
  readonly state: FollowState
  readonly followerLocal: boolean
  readonly followedLocal: boolean
}

export const followColumns = [
  'id',
  'uri',
  'follower_id as followerId',
  'followed_id as followedId',
  'state',
  'follower_local as followerLocal',
  'followed_local as followedLocal',
] as const

/** What a follower wants of whom they follow; what is not said stays, and is at first all, without being told of each post. */
export interface FollowChoice {
  /** what they boost comes into the follower's home */
  readonly boosts?: boolean
  /** the follower is told of each new post */
  readonly tells?: boolean
  /** only what is said in these; null or none: whatever the language */
  readonly languages?: readonly string[] | null
}

const languageOf = sql`coalesce(post.language, (SELECT shown.language FROM post AS shown WHERE shown.id = post.boost_of_id))`

/**
 * Whether a follower wants a post of whom they follow, by what they chose of them, as a condition on a query that has the
 * tables `follow` and `post` in it: a boost, and in its language or in none; en-GB is en as well.
 */
export const isChosen = sql<boolean>`(
  (post.boost_of_id IS NULL OR follow.boosts)
  AND (follow.languages IS NULL OR ${languageOf} IS NULL
    OR ARRAY[${languageOf}, split_part(${languageOf}, '-', 1)] && follow.languages))`

export async function findFollow(
  db: Db,
  followerId: AccountId,
  followedId: AccountId,
): Promise<Follow | undefined> {
  return db
    .selectFrom('follow')
    .select(followColumns)
    .where('followed_id', '=', followedId)
    .where('follower_id', '=', followerId)
    .executeTakeFirst()
}

/** What was chosen of the usual; nothing where all of it is usual. */
export async function findChoice(db: Db, followId: FollowId): Promise<FollowChoice> {
  const row = await db
    .selectFrom('follow')
    .select(['boosts', 'tells', 'languages'])
    .where('id', '=', followId)
    .executeTakeFirst()
  return {
    ...(row?.boosts === false && { boosts: false }),
    ...(row?.tells && { tells: true }),
    ...(row?.languages && { languages: row.languages }),
  }
}

/** Which of `followedIds` have a follower here: what they say is worth keeping. */
export async function followedHere(db: Db, followedIds: readonly AccountId[]): Promise<Set<AccountId>> {
  if (followedIds.length === 0) return new Set()
  const rows = await db
    .selectFrom('follow')
    .select('followed_id')
    .distinct()
    .where('followed_id', '=', sql<AccountId>`any(${followedIds}::bigint[])`)
    .where('follower_local', '=', true)
    .where('state', '=', 'accepted')
    .execute()
  return new Set(rows.map((row) => row.followed_id))
}

/** The next inboxes, in the order of their ids, to which what an account says to its followers must go. */
export async function followerInboxes(
  db: Db,
  followedId: AccountId,
  after: number,
  limit: number,
): Promise<number[]> {
  const inbox = sql<number>`coalesce(account.shared_inbox_id, account.inbox_id)`
  const rows = await db
    .selectFrom('follow')
    .innerJoin('account', 'account.id', 'follow.follower_id')
    .select(inbox.as('inbox'))
    .distinct()
    .where('follow.followed_id', '=', followedId)
    .where('follow.state', '=', 'accepted')
    .where('follow.follower_local', '=', false)
    .where('account.deleted_at', 'is', null)
    .where('account.suspended_at', 'is', null)
    .where(inbox, '>', after)
    .orderBy('inbox')
    .limit(limit)
    .execute()
  return rows.map((row) => row.inbox)
}

/** The next inboxes, in the order of their ids, at which every server that is known can be told something: shared ones where there are. */
export async function everyInbox(db: Db, after: number, limit: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    SELECT id FROM inbox WHERE id > ${after} AND (
      EXISTS (SELECT 1 FROM account WHERE account.shared_inbox_id = inbox.id)
      OR EXISTS (SELECT 1 FROM account WHERE account.inbox_id = inbox.id AND account.shared_inbox_id IS NULL)
    ) ORDER BY id LIMIT ${limit}`.execute(db)
  return rows.map((row) => row.id)
}

/**
 * The inboxes of certain accounts elsewhere.
 * @param which `own`: no inbox that they share with others
 */
export async function inboxesOf(
  db: Db,
  accountIds: readonly AccountId[],
  which: 'shared' | 'own' = 'shared',
): Promise<number[]> {
  if (accountIds.length === 0) return []
  const rows = await db
    .selectFrom('account')
    .select((eb) =>
      (which === 'own' ? eb.ref('inbox_id') : eb.fn.coalesce('shared_inbox_id', 'inbox_id')).as('inbox'),
    )
    .distinct()
    .where('id', '=', sql<AccountId>`any(${accountIds}::bigint[])`)
    .where('local', '=', false)
    .where('deleted_at', 'is', null)
    .execute()
  return rows.map((row) => row.inbox).filter((inbox) => inbox !== null)
}

const MOST_HOLDERS = 1000

/**
 * Accounts elsewhere whose servers hold an account of ours without following it: those that it follows or asked to, and
 * those that it has named since then; the newest thousand of each.
 */
export async function findHolders(db: Db, accountId: AccountId, since: string): Promise<AccountId[]> {
  const { rows } = await sql<{ id: AccountId }>`
    (SELECT followed_id AS id FROM follow WHERE follower_id = ${accountId}::bigint AND NOT followed_local
      ORDER BY follow.id DESC LIMIT ${MOST_HOLDERS})
    UNION
    (SELECT mention.account_id FROM post
      JOIN mention ON mention.post_id = post.id JOIN account ON account.id = mention.account_id
      WHERE post.account_id = ${accountId}::bigint AND post.id > ${since}::bigint AND NOT account.local
        AND NOT mention.blind
      ORDER BY post.id DESC LIMIT ${MOST_HOLDERS})`.execute(db)
  return rows.map((row) => row.id)
}

/** The follow that this Follow activity began, whoever sent it. */
export async function findFollowByUri(db: Db, uri: string): Promise<Follow | undefined> {
  return db.selectFrom('follow').select(followColumns).where('uri', '=', uri).executeTakeFirst()
}

/** Every relation in which an account has a part. */
export async function findFollowsOf(db: Db, accountId: AccountId): Promise<Follow[]> {
  return db
    .selectFrom('follow')
    .select(followColumns)
    .where((eb) => eb.or([eb('followed_id', '=', accountId), eb('follower_id', '=', accountId)]))
    .execute()
}

/** Some of the relations between an account and the people of a domain, in either direction. */
export async function followsBetween(
  db: Db,
  accountId: AccountId,
  domain: string,
  limit: number,
): Promise<{ followerId: AccountId; followedId: AccountId }[]> {
  const rows = await sql<{ followerId: AccountId; followedId: AccountId }>`
    SELECT follow.follower_id AS "followerId", follow.followed_id AS "followedId"
    FROM follow JOIN account AS far
      ON far.id = CASE WHEN follow.follower_id = ${accountId}::bigint THEN follow.followed_id ELSE follow.follower_id END
    WHERE (follow.follower_id = ${accountId}::bigint OR follow.followed_id = ${accountId}::bigint)
      AND ${domain}::text = ANY (far.domains)
    LIMIT ${limit}`.execute(db)
  return rows.rows
}

/** Every relation in which one of these accounts has a part. */
export async function findFollowsOfAny(db: Db, accountIds: readonly AccountId[]): Promise<Follow[]> {
  if (accountIds.length === 0) return []
  const any = sql<AccountId>`any(${accountIds}::bigint[])`
  return db
    .selectFrom('follow')
    .select(followColumns)
    .where((eb) => eb.or([eb('followed_id', '=', any), eb('follower_id', '=', any)]))
    .execute()
}

/** Some of the relations in which an account has a part. */
export async function findSomeFollowsOf(db: Db, accountId: AccountId, limit: number): Promise<Follow[]> {
  return db
    .selectFrom('follow')
    .select(followColumns)
    .where((eb) => eb.or([eb('followed_id', '=', accountId), eb('follower_id', '=', accountId)]))
    .limit(limit)
    .execute()
}

/** The next follows and requests of people here for an account, in the order of their ids. */
export async function findLocalFollowers(
  db: Db,
  followedId: AccountId,
  after: FollowId | '0',
  limit: number,
): Promise<Follow[]> {
  return db
    .selectFrom('follow')
    .select(followColumns)
    .where('followed_id', '=', followedId)
    .where('follower_local', '=', true)
    .where('id', '>', after as FollowId)
    .orderBy('id')
    .limit(limit)
    .execute()
}

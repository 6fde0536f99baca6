import { sql } from 'kysely'
import type { AccountId, ApprovalId, PostId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { Db } from '../../db/connect.ts'
import { type ApprovalState, type Choices, choiceFrom, type InteractionKind, type Policy } from './policy.ts'

/** What must be known of a post and of somebody to say what they may do with it. */
export interface Terms {
  readonly local: boolean
  readonly held: boolean
  readonly visibility: Visibility
  readonly policy: Policy | null
  readonly authorId: AccountId
  readonly authorUri: string
  readonly followersUrl: string | null
  readonly followingUrl: string | null
  readonly actorUri: string
  readonly isNamed: boolean
  readonly followsAuthor: boolean
  readonly followedByAuthor: boolean
}

export interface Asked {
  readonly actorId: AccountId
  readonly targetId: PostId
}

/** The terms for each who wants something of a post, in the order given and in one query; undefined where either is not there. */
export async function findTerms(db: Db, asked: readonly Asked[]): Promise<(Terms | undefined)[]> {
  if (asked.length === 0) return []
  const { rows } = await sql<Terms & { n: string }>`
    SELECT t.n, post.local, post.held, post.visibility, post.policy, post.account_id AS "authorId",
      author.uri AS "authorUri", author.followers_url AS "followersUrl", author.following_url AS "followingUrl",
      actor.uri AS "actorUri",
      (post.policy IS NOT NULL AND (post.in_reply_to_account_id IS NOT DISTINCT FROM t.actor_id OR EXISTS (
        SELECT 1 FROM mention WHERE mention.post_id = post.id AND mention.account_id = t.actor_id
          AND NOT mention.silent))) AS "isNamed",
      (post.policy IS NOT NULL AND EXISTS (SELECT 1 FROM follow
        WHERE follow.followed_id = post.account_id AND follow.follower_id = t.actor_id
          AND follow.state = 'accepted')) AS "followsAuthor",
      (post.policy IS NOT NULL AND EXISTS (SELECT 1 FROM follow
        WHERE follow.followed_id = t.actor_id AND follow.follower_id = post.account_id
          AND follow.state = 'accepted')) AS "followedByAuthor"
    FROM unnest(${asked.map((each) => each.actorId)}::bigint[], ${asked.map((each) => each.targetId)}::bigint[])
      WITH ORDINALITY AS t (actor_id, target_id, n)
    JOIN post ON post.id = t.target_id
    JOIN account AS author ON author.id = post.account_id
    JOIN account AS actor ON actor.id = t.actor_id`.execute(db)
  const found = new Map(rows.map(({ n, ...terms }) => [Number(n) - 1, terms]))
  return asked.map((_, index) => found.get(index))
}

/** What was asked of the author of a post, and what they said. */
export interface Approval {
  readonly id: ApprovalId
  readonly kind: InteractionKind
  readonly targetId: PostId
  readonly targetUri: string
  readonly deciderId: AccountId
  readonly deciderUri: string
  readonly deciderLocal: boolean
  readonly actorId: AccountId
  readonly actorUri: string
  readonly actorLocal: boolean
  /** the id of the like, reply, boost or quote */
  readonly uri: string
  /** the id of the request; null when the thing was done without one */
  readonly requestUri: string | null
  readonly state: ApprovalState
  readonly stampUri: string | null
  readonly body: string | null
  readonly createdAt: Date
}

const selectApprovals = (db: Db) =>
  db
    .selectFrom('approval')
    .innerJoin('post', 'post.id', 'approval.target_id')
    .innerJoin('account as decider', 'decider.id', 'approval.decider_id')
    .innerJoin('account as actor', 'actor.id', 'approval.actor_id')
    .select([
      'approval.id',
      'approval.kind',
      'approval.target_id as targetId',
      'post.uri as targetUri',
      'approval.decider_id as deciderId',
      'decider.uri as deciderUri',
      'decider.local as deciderLocal',
      'approval.actor_id as actorId',
      'actor.uri as actorUri',
      'actor.local as actorLocal',
      'approval.uri',
      'approval.request_uri as requestUri',
      'approval.state',
      'approval.stamp_uri as stampUri',
      'approval.body',
      'approval.created_at as createdAt',
    ])

export async function findApproval(db: Db, id: ApprovalId): Promise<Approval | undefined> {
  return selectApprovals(db).where('approval.id', '=', id).executeTakeFirst()
}

/** By the id of what was done, and what it was; of a post that has quoted several, one after the other, with which. */
export async function findApprovalOf(
  db: Db,
  kind: InteractionKind,
  uri: string,
  targetId?: PostId,
): Promise<Approval | undefined> {
  return selectApprovals(db)
    .where('approval.uri', '=', uri)
    .where('approval.kind', '=', kind)
    .$if(targetId !== undefined, (query) => query.where('approval.target_id', '=', targetId as PostId))
    .orderBy('approval.id', 'desc')
    .executeTakeFirst()
}

/** By the id of the request, or of what was done: what an Accept or Reject may name. */
export async function findApprovalsNamed(db: Db, uri: string): Promise<Approval[]> {
  return selectApprovals(db)
    .where((eb) => eb.or([eb('approval.request_uri', '=', uri), eb('approval.uri', '=', uri)]))
    .execute()
}

/** By its stamp. */
export async function findApprovalByStamp(db: Db, stampUri: string): Promise<Approval | undefined> {
  return selectApprovals(db).where('approval.stamp_uri', '=', stampUri).executeTakeFirst()
}

/** What waits for somebody's word, oldest first. */
export async function listPending(
  db: Db,
  deciderId: AccountId,
  options: { readonly after?: ApprovalId; readonly limit: number },
): Promise<Approval[]> {
  return selectApprovals(db)
    .where('approval.decider_id', '=', deciderId)
    .where('approval.state', '=', 'pending')
    .$if(options.after !== undefined, (query) => query.where('approval.id', '>', options.after as ApprovalId))
    .orderBy('approval.id')
    .limit(options.limit)
    .execute()
}

/** Which of these interactions their author has turned down or taken back. */
export async function refusedAmong(db: Db, uris: readonly string[]): Promise<Set<string>> {
  if (uris.length === 0) return new Set()
  const rows = await db
    .selectFrom('approval')
    .select('uri')
    .where('uri', '=', sql<string>`any(${uris}::text[])`)
    .where('kind', '!=', 'quote')
    .where('state', 'in', ['rejected', 'revoked'])
    .execute()
  return new Set(rows.map((row) => row.uri))
}

/** What somebody here chose for all that they say. */
export async function findDefaultChoices(db: Db, accountId: AccountId): Promise<Choices> {
  const row = await db
    .selectFrom('account')
    .select('default_policy')
    .where('id', '=', accountId)
    .executeTakeFirst()
  return choicesFrom(row?.default_policy ?? null)
}

/** The same, as it is kept. */
export function choicesFrom(kept: Readonly<Record<string, string>> | null): Choices {
  const chosen = Object.entries(kept ?? {}).flatMap(([kind, text]) => {
    const choice = choiceFrom(text)
    return choice === undefined ? [] : [[kind, choice] as const]
  })
  return Object.fromEntries(chosen)
}

/** What somebody has asked for and not been answered. */
export async function findPendingOf(
  db: Db,
  kind: InteractionKind,
  actorId: AccountId,
  targetId: PostId,
): Promise<Approval | undefined> {
  return selectApprovals(db)
    .where('approval.target_id', '=', targetId)
    .where('approval.actor_id', '=', actorId)
    .where('approval.kind', '=', kind)
    .where('approval.state', '=', 'pending')
    .executeTakeFirst()
}

/** What a post states; null where it states nothing. */
export async function findPolicy(db: Db, postId: PostId): Promise<Policy | null> {
  const row = await db.selectFrom('post').select('policy').where('id', '=', postId).executeTakeFirst()
  return row?.policy ?? null
}

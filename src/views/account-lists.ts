import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { FollowState } from '../db/tables/posts.ts'
import { areApart } from '../domain/blocks/find.ts'
import type { KeptAccount } from './kept.ts'
import { newestFirst, type PageQuery, pageBy } from './pages.ts'
import type { Side } from './relations.ts'
import type { Viewer } from './view.ts'

/** Whoever is there: neither gone nor suspended. */
const isThere = sql`far.deleted_at IS NULL AND far.suspended_at IS NULL`

/** Who follows an account or asks to, or whom it follows or asks, the latest first; without whom this reader is kept apart from. */
export async function listRelated(
  db: Db,
  accountId: AccountId,
  side: Side,
  state: FollowState,
  viewer: Viewer,
  page: PageQuery,
): Promise<readonly KeptAccount[]> {
  const { where, rest } = pageBy('follow.id', page)
  const [mine, theirs] =
    side === 'followers'
      ? [sql`follow.followed_id`, sql`follow.follower_id`]
      : [sql`follow.follower_id`, sql`follow.followed_id`]
  const { rows } = await sql<KeptAccount>`
    SELECT follow.id AS key, far.id FROM follow JOIN account AS far ON far.id = ${theirs}
    WHERE ${mine} = ${accountId}::bigint AND follow.state = ${state} AND ${where}
      AND ${isThere} ${unlessApart(viewer)} ${rest}`.execute(db)
  return newestFirst(rows, page)
}

/** Whom somebody blocks, the latest first. */
export async function listBlocked(
  db: Db,
  accountId: AccountId,
  page: PageQuery,
): Promise<readonly KeptAccount[]> {
  const { where, rest } = pageBy('block.id', page)
  const { rows } = await sql<KeptAccount>`
    SELECT block.id AS key, far.id FROM block JOIN account AS far ON far.id = block.target_id
    WHERE block.account_id = ${accountId}::bigint AND ${where} AND ${isThere} ${rest}`.execute(db)
  return newestFirst(rows, page)
}

/** Whom somebody mutes, the latest first, and until when. */
export async function listMuted(
  db: Db,
  accountId: AccountId,
  page: PageQuery,
): Promise<readonly (KeptAccount & { readonly until: Date | null })[]> {
  const { where, rest } = pageBy('mute.id', page)
  const { rows } = await sql<KeptAccount & { readonly until: Date | null }>`
    SELECT mute.id AS key, far.id, mute.expires_at AS until
    FROM mute JOIN account AS far ON far.id = mute.target_id
    WHERE mute.account_id = ${accountId}::bigint AND (mute.expires_at IS NULL OR mute.expires_at > now())
      AND ${where} AND ${isThere} ${rest}`.execute(db)
  return newestFirst(rows, page)
}

/** Whom somebody recommends, the latest first; without whom this reader is kept apart from. */
export async function listEndorsed(
  db: Db,
  accountId: AccountId,
  viewer: Viewer,
  page: PageQuery,
): Promise<readonly KeptAccount[]> {
  const { where, rest } = pageBy('endorsement.id', page)
  const { rows } = await sql<KeptAccount>`
    SELECT endorsement.id AS key, far.id FROM endorsement JOIN account AS far ON far.id = endorsement.target_id
    WHERE endorsement.account_id = ${accountId}::bigint AND ${where} AND ${isThere} ${unlessApart(viewer)}
    ${rest}`.execute(db)
  return newestFirst(rows, page)
}

/** Whose hosts somebody blocks, the latest first; their keys come from when that was, and tell even those of one moment apart. */
export async function listRefusedDomains(
  db: Db,
  accountId: AccountId,
  page: PageQuery,
): Promise<readonly { readonly key: string; readonly domain: string }[]> {
  const { where, rest } = pageBy('refused.key', page)
  const { rows } = await sql<{ key: string; domain: string }>`
    SELECT refused.key, refused.domain FROM (
      SELECT domain, ((extract(epoch FROM created_at) * 1000)::bigint << 16) | (hashtext(domain) & 65535) AS key
      FROM user_domain_block WHERE account_id = ${accountId}::bigint) AS refused
    WHERE ${where} ${rest}`.execute(db)
  return newestFirst(rows, page)
}

/** As many as are shown of those who know somebody. */
const MOST_FAMILIAR = 20

/** Of each of these, whom somebody follows and who follows them; the latest first, by whom they follow. */
export async function listFamiliar(
  db: Db,
  accountId: AccountId,
  others: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, readonly AccountId[]>> {
  if (others.length === 0) return new Map()
  const me = sql`${accountId}::bigint`
  const { rows } = await sql<{ id: AccountId; known: AccountId[] }>`
    SELECT asked.id, ARRAY (
      SELECT mine.followed_id FROM follow AS mine JOIN account AS far ON far.id = mine.followed_id
      WHERE mine.follower_id = ${me} AND mine.state = 'accepted' AND ${isThere}
        AND EXISTS (SELECT 1 FROM follow AS theirs WHERE theirs.followed_id = asked.id
          AND theirs.follower_id = mine.followed_id AND theirs.state = 'accepted')
      ORDER BY mine.id DESC LIMIT ${MOST_FAMILIAR})::text[] AS known
    FROM unnest(${others}::bigint[]) AS asked (id)
    WHERE NOT ${areApart(me, sql`asked.id`)}`.execute(db)
  return new Map(rows.map(({ id, known }) => [id, known]))
}

function unlessApart(viewer: Viewer): RawBuilder<unknown> {
  return viewer ? sql`AND NOT ${areApart(sql`${viewer.accountId}::bigint`, sql`far.id`)}` : sql``
}

import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import { homeOf } from '../blocks/find.ts'

/** What nobody at all has for a digest. */
export const EMPTY_DIGEST = '0'.repeat(64)

/** XOR of the SHA-256 of ids, as PostgreSQL gives it: 256 times 0 or 1. */
const digestOf = (uri: RawBuilder<unknown>) =>
  sql<string>`bit_xor(('x' || encode(sha256(convert_to(${uri}, 'UTF8')), 'hex'))::bit(256))::text`

function hexFrom(bits: string | null): string {
  return bits === null ? EMPTY_DIGEST : BigInt(`0b${bits}`).toString(16).padStart(64, '0')
}

/** The followers elsewhere of one of ours, by the host that they are on: the digest of each host's, as lower-case hex. */
export async function followerDigests(db: Db, followedId: AccountId): Promise<Map<string, string>> {
  const rows = await sql<{ host: string; bits: string }>`
    SELECT ${homeOf(sql`account.uri`)} AS host, ${digestOf(sql`account.uri`)} AS bits
    FROM follow JOIN account ON account.id = follow.follower_id
    WHERE follow.followed_id = ${followedId}::bigint AND follow.state = 'accepted' AND NOT follow.follower_local
      AND account.deleted_at IS NULL
    GROUP BY 1`.execute(db)
  return new Map(rows.rows.map(({ host, bits }) => [host, hexFrom(bits)]))
}

const MOST = 10_000

/** The ids of the followers of one of ours who are on that host. */
export async function followersOnHost(db: Db, followedId: AccountId, host: string): Promise<string[]> {
  const rows = await sql<{ uri: string }>`
    SELECT account.uri FROM follow JOIN account ON account.id = follow.follower_id
    WHERE follow.followed_id = ${followedId}::bigint AND follow.state = 'accepted' AND NOT follow.follower_local
      AND account.deleted_at IS NULL AND ${homeOf(sql`account.uri`)} = ${host}
    ORDER BY follow.id LIMIT ${MOST}`.execute(db)
  return rows.rows.map((row) => row.uri)
}

/** The digest of the people here who follow somebody elsewhere. */
export async function localFollowersDigest(db: Db, followedId: AccountId): Promise<string> {
  const rows = await sql<{ bits: string | null }>`
    SELECT ${digestOf(sql`account.uri`)} AS bits
    FROM follow JOIN account ON account.id = follow.follower_id
    WHERE follow.followed_id = ${followedId}::bigint AND follow.state = 'accepted' AND follow.follower_local`.execute(
    db,
  )
  return hexFrom(rows.rows[0]?.bits ?? null)
}

/** The people here who follow somebody, or have asked to. */
export async function findLocalRelations(db: Db, followedId: AccountId) {
  return db
    .selectFrom('follow')
    .innerJoin('account', 'account.id', 'follow.follower_id')
    .select(['follow.follower_id as followerId', 'follow.state', 'account.uri'])
    .where('follow.followed_id', '=', followedId)
    .where('follow.follower_local', '=', true)
    .execute()
}

import { type RawBuilder, sql } from 'kysely'
import type { AccountId, BlockId, MuteId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'

export interface Block {
  readonly id: BlockId
  /** the id of the Block activity, ours or theirs */
  readonly uri: string
  readonly accountId: AccountId
  readonly targetId: AccountId
}

export const blockColumns = ['id', 'uri', 'account_id as accountId', 'target_id as targetId'] as const

export async function findBlock(
  db: Db,
  accountId: AccountId,
  targetId: AccountId,
): Promise<Block | undefined> {
  return db
    .selectFrom('block')
    .select(blockColumns)
    .where('account_id', '=', accountId)
    .where('target_id', '=', targetId)
    .executeTakeFirst()
}

/** The block that this Block activity made, whoever sent it. */
export async function findBlockByUri(db: Db, uri: string): Promise<Block | undefined> {
  return db.selectFrom('block').select(blockColumns).where('uri', '=', uri).executeTakeFirst()
}

/** The host that an account's id is on: its handle may be on another. */
export const homeOf = (account: RawBuilder<unknown>): RawBuilder<string> =>
  sql<string>`substring(${account} FROM '^https?://([^/?#]+)')`

/**
 * Whether two accounts are kept apart, as a condition: one blocks the other, or the other's domain. It holds whichever
 * of the two is first. A mute keeps nobody apart: only its maker looks away.
 * @param row the table of a query that has the other one's account at hand, where the first is the same in all rows: then
 * what most people do not do is asked once for all rows, and the account not looked up once more
 */
export function areApart(
  one: RawBuilder<unknown>,
  other: RawBuilder<unknown>,
  row?: RawBuilder<unknown>,
): RawBuilder<boolean> {
  if (row) return isApartIn(row, one, other)
  return sql<boolean>`(${blocks(one, other)} OR ${blocks(other, one)}
    OR ${blocksDomainOf(one, other)} OR ${blocksDomainOf(other, one)})`
}

/** `OFFSET 0` has each row looked up by its key, however many there are of others. */
function isApartIn(
  row: RawBuilder<unknown>,
  one: RawBuilder<unknown>,
  other: RawBuilder<unknown>,
): RawBuilder<boolean> {
  return sql<boolean>`(
    (EXISTS (SELECT 1 FROM block WHERE block.account_id = ${one}) AND EXISTS (
      SELECT 1 FROM block WHERE block.account_id = ${one} AND block.target_id = ${other} OFFSET 0))
    OR (EXISTS (SELECT 1 FROM block WHERE block.target_id = ${one}) AND EXISTS (
      SELECT 1 FROM block WHERE block.account_id = ${other} AND block.target_id = ${one} OFFSET 0))
    OR (EXISTS (SELECT 1 FROM user_domain_block AS refused WHERE refused.account_id = ${one}) AND EXISTS (
      SELECT 1 FROM user_domain_block AS refused
      WHERE refused.account_id = ${one} AND refused.domain = ANY (${row}.domains) OFFSET 0))
    OR EXISTS (SELECT 1 FROM user_domain_block AS refused
      WHERE refused.account_id = ${other} AND refused.domain = ANY (ARRAY(
        SELECT unnest(apart.domains) FROM account AS apart WHERE apart.id = ${one})) OFFSET 0))`
}

const blocks = (one: RawBuilder<unknown>, other: RawBuilder<unknown>) => sql<boolean>`EXISTS (
  SELECT 1 FROM block WHERE block.account_id = ${one} AND block.target_id = ${other})`

const blocksDomainOf = (one: RawBuilder<unknown>, other: RawBuilder<unknown>) => sql<boolean>`EXISTS (
  SELECT 1 FROM user_domain_block AS refused JOIN account AS apart ON apart.id = ${other}
  WHERE refused.account_id = ${one} AND refused.domain = ANY (apart.domains))`

/** Those of `others` that are kept apart from an account, whoever of the two wanted it. */
export async function blockedBetween(
  db: Db,
  accountId: AccountId,
  others: readonly AccountId[],
): Promise<Set<AccountId>> {
  const pairs = others.map((other) => [accountId, other] as const)
  const apart = await findApart(db, pairs)
  return new Set(others.filter((other) => apart(accountId, other)))
}

export type Pair = readonly [AccountId, AccountId]

/**
 * Finds out for many pairs at once, in one query.
 * @returns says of two, in either order, whether they are kept apart; only pairs that were asked for are known
 */
export async function findApart(
  db: Db,
  pairs: readonly Pair[],
): Promise<(one: AccountId, other: AccountId) => boolean> {
  if (pairs.length === 0) return () => false
  const rows = await sql<{ one: AccountId; other: AccountId }>`
    SELECT pair.one, pair.other
    FROM unnest(${pairs.map(([one]) => one)}::bigint[], ${pairs.map(([, other]) => other)}::bigint[]) AS pair (one, other)
    WHERE ${areApart(sql`pair.one`, sql`pair.other`)}`.execute(db)
  const found = new Set(rows.rows.flatMap(({ one, other }) => [`${one} ${other}`, `${other} ${one}`]))
  return (one, other) => found.has(`${one} ${other}`)
}

/**
 * Whether an owner wants none of these accounts in their home, as a condition: one of them is muted, or kept apart. It
 * asks once for all of them, since it is asked for every owner of a home.
 */
export function isShunned(
  owner: RawBuilder<unknown>,
  accounts: readonly RawBuilder<unknown>[],
): RawBuilder<boolean> {
  const among = sql.join(accounts)
  return sql<boolean>`(EXISTS (SELECT 1 FROM mute WHERE mute.account_id = ${owner} AND mute.target_id IN (${among})
      AND (mute.expires_at IS NULL OR mute.expires_at > now()))
    OR EXISTS (SELECT 1 FROM block WHERE block.account_id = ${owner} AND block.target_id IN (${among}))
    OR EXISTS (SELECT 1 FROM block WHERE block.target_id = ${owner} AND block.account_id IN (${among}))
    OR EXISTS (SELECT 1 FROM user_domain_block AS refused JOIN account AS apart ON apart.id IN (${among})
      WHERE refused.account_id = ${owner} AND refused.domain = ANY (apart.domains)))`
}

/**
 * Whether an owner looks away from an account, as a condition: it is muted, and the mute has not run out.
 * @param of `posts`: in timelines; `notifications`: only a mute that keeps these back, too
 */
export function isMuted(
  owner: RawBuilder<unknown>,
  account: RawBuilder<unknown>,
  of: 'posts' | 'notifications',
): RawBuilder<boolean> {
  return sql<boolean>`EXISTS (SELECT 1 FROM mute WHERE mute.account_id = ${owner} AND mute.target_id = ${account}
    AND (mute.expires_at IS NULL OR mute.expires_at > now())
    ${of === 'notifications' ? sql`AND mute.notifications` : sql``})`
}

/** The next blocks of an account by people here, in the order of their ids. */
export async function findLocalBlocks(
  db: Db,
  targetId: AccountId,
  after: string,
  limit: number,
): Promise<{ readonly id: string; readonly accountId: AccountId }[]> {
  return db
    .selectFrom('block')
    .innerJoin('account', 'account.id', 'block.account_id')
    .select(['block.id', 'block.account_id as accountId'])
    .where('block.target_id', '=', targetId)
    .where('account.local', '=', true)
    .where('block.id', '>', after as Block['id'])
    .orderBy('block.id')
    .limit(limit)
    .execute()
}

/** The next mutes of an account, all by people here, in the order of their ids. */
export async function findLocalMutes(db: Db, targetId: AccountId, after: string, limit: number) {
  return db
    .selectFrom('mute')
    .select(['id', 'account_id as accountId', 'notifications', 'expires_at as expiresAt'])
    .where('target_id', '=', targetId)
    .where('id', '>', after as MuteId)
    .orderBy('id')
    .limit(limit)
    .execute()
}

import { sql } from 'kysely'
import type { AccountId } from '../../base/ids.ts'
import { statement } from '../../db/statement.ts'
import type { Tx } from '../../db/transact.ts'
import type { Account, AccountFigures, AccountKind, RemoteActor, RemoteKey, SealedKey } from './account.ts'
import { accountColumns, accountFrom } from './find.ts'

export interface NewLocalAccount {
  readonly id: AccountId
  readonly uri: string
  readonly kind: AccountKind
  readonly name: string
  readonly url: string
  readonly displayName: string
  readonly followersUrl: string
  readonly followingUrl: string
  readonly createdAt: Date
  readonly manuallyApprovesFollowers: boolean
}

/** @returns false when the name is taken, now or ever before */
export async function insertLocalAccount(tx: Tx, account: NewLocalAccount): Promise<boolean> {
  const inserted = await tx
    .insertInto('account')
    .values({
      id: account.id,
      local: true,
      uri: account.uri,
      kind: account.kind,
      name: account.name,
      handle_verified: true,
      url: account.url,
      display_name: account.displayName,
      followers_url: account.followersUrl,
      following_url: account.followingUrl,
      manually_approves_followers: account.manuallyApprovesFollowers,
      created_at: account.createdAt,
      updated_at: account.createdAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!inserted) return false
  await tx.insertInto('account_stat').values({ account_id: account.id }).execute()
  return true
}

export async function insertKeys(tx: Tx, accountId: AccountId, keys: readonly SealedKey[]): Promise<void> {
  await tx
    .insertInto('account_key')
    .values(
      keys.map((key) => ({
        uri: key.uri,
        account_id: accountId,
        kind: key.kind,
        public_key: key.publicKey,
        private_key_sealed: key.privateKeySealed,
      })),
    )
    .execute()
}

/** Stores what an actor document says; its uri decides who it is, never its handle. */
export async function upsertRemoteAccount(
  tx: Tx,
  actor: RemoteActor,
  facts: { id: AccountId; inboxId: number; sharedInboxId: number | null; now: Date },
): Promise<Account> {
  const values = {
    kind: actor.kind,
    name: actor.name,
    host: actor.host,
    handle_verified: actor.handleVerified,
    url: actor.url,
    display_name: actor.displayName,
    bio_html: actor.bioHtml,
    fields: JSON.stringify(actor.fields),
    avatar_url: actor.avatarUrl,
    header_url: actor.headerUrl,
    also_known_as: [...actor.alsoKnownAs],
    moved_to_uri: actor.movedToUri,
    manually_approves_followers: actor.manuallyApprovesFollowers,
    discoverable: actor.discoverable,
    indexable: actor.indexable,
    inbox_id: facts.inboxId,
    shared_inbox_id: facts.sharedInboxId,
    outbox_url: actor.outboxUrl,
    followers_url: actor.followersUrl,
    following_url: actor.followingUrl,
    featured_url: actor.featuredUrl,
    featured_tags_url: actor.featuredTagsUrl,
    attribution_domains: [...actor.attributionDomains],
    copied_to_uris: [...actor.copiedToUris],
    memorial: actor.memorial,
    suspended_afar: actor.suspended,
    shows_media: actor.showsMedia,
    shows_media_replies: actor.showsMediaReplies,
    shows_featured: actor.showsFeatured,
    avatar_alt: actor.avatarAlt,
    header_alt: actor.headerAlt,
    updated_at: facts.now,
    fetched_at: facts.now,
    deleted_at: null,
  }
  // A handle names one actor at a time: the one that WebFinger confirmed last.
  if (actor.handleVerified) {
    await tx
      .updateTable('account')
      .set({ handle_verified: false })
      .where(sql`lower(name)`, '=', actor.name.toLowerCase())
      .where('host', '=', actor.host)
      .where('handle_verified', '=', true)
      .where('uri', '!=', actor.uri)
      .execute()
  }
  const row = await tx
    .insertInto('account')
    .values({
      id: facts.id,
      local: false,
      uri: actor.uri,
      created_at: actor.publishedAt ?? facts.now,
      ...values,
    })
    .onConflict((conflict) => conflict.column('uri').doUpdateSet(values).where('account.local', '=', false))
    .returning(accountColumns)
    .executeTakeFirstOrThrow()
  if (row.id === facts.id) await tx.insertInto('account_stat').values({ account_id: row.id }).execute()
  return accountFrom(row)
}

/** Keys of an actor that are not among these stop working. */
export async function deleteOtherKeys(
  tx: Tx,
  accountId: AccountId,
  keys: readonly RemoteKey[],
): Promise<void> {
  await tx
    .deleteFrom('account_key')
    .where('account_id', '=', accountId)
    .where('uri', '!=', sql<string>`all(${keys.map((key) => key.uri)}::text[])`)
    .execute()
}

/** Keys that an actor has now; a key of another actor is never taken over. */
export async function upsertRemoteKeys(
  tx: Tx,
  accountId: AccountId,
  keys: readonly RemoteKey[],
  now: Date,
): Promise<void> {
  if (keys.length === 0) return
  await tx
    .insertInto('account_key')
    .values(
      keys.map((key) => ({
        uri: key.uri,
        account_id: accountId,
        kind: key.kind,
        public_key: key.publicKey,
        fetched_at: now,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .column('uri')
        .doUpdateSet((eb) => ({
          kind: eb.ref('excluded.kind'),
          public_key: eb.ref('excluded.public_key'),
          fetched_at: now,
        }))
        .whereRef('account_key.account_id', '=', 'excluded.account_id'),
    )
    .execute()
}

/** Changes kept counters, in the order of their ids so that two transactions never wait for each other in a ring. */
export async function countFor(
  tx: Tx,
  changes: readonly { id: AccountId; posts?: number; followers?: number; following?: number }[],
): Promise<void> {
  await countUp(tx, [
    changes.map(({ id }) => id),
    changes.map(({ posts = 0 }) => posts),
    changes.map(({ followers = 0 }) => followers),
    changes.map(({ following = 0 }) => following),
  ])
}

const COUNTED = 'array_position($1::bigint[], account_id)'
const countUp = statement(
  'account-count',
  `WITH held AS (SELECT account_id FROM account_stat WHERE account_id = ANY ($1::bigint[]) ORDER BY account_id FOR UPDATE)
   UPDATE account_stat SET posts = posts + ($2::int[])[${COUNTED}], followers = followers + ($3::int[])[${COUNTED}],
     following = following + ($4::int[])[${COUNTED}]
   WHERE account_id IN (SELECT account_id FROM held)`,
)

/** Holds an account until the transaction ends: nothing that refers to it can be inserted meanwhile. */
export async function lockAccount(tx: Tx, id: AccountId): Promise<void> {
  await tx.selectFrom('account').select('id').where('id', '=', id).forUpdate().execute()
}

/** Counts posts of accounts, in the order of their ids. @returns what each of them has by now */
export async function countPosts(
  tx: Tx,
  changes: readonly { accountId: AccountId; by: number; lastPostAt?: Date }[],
): Promise<readonly AccountFigures[]> {
  const sums = new Map<AccountId, { by: number; last: Date | null }>()
  for (const { accountId, by, lastPostAt } of changes) {
    const sum = sums.get(accountId) ?? { by: 0, last: null }
    sum.by += by
    if (lastPostAt && (!sum.last || lastPostAt > sum.last)) sum.last = lastPostAt
    sums.set(accountId, sum)
  }
  const sorted = [...sums].sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1))
  const { rows } = await sql<AccountFigures>`
    UPDATE account_stat SET
      posts = greatest(account_stat.posts + t.n, 0),
      last_post_at = greatest(account_stat.last_post_at, t.last)
    FROM unnest(
      ${sorted.map(([id]) => id)}::bigint[], ${sorted.map(([, sum]) => sum.by)}::int[],
      ${sorted.map(([, sum]) => sum.last)}::timestamptz[]) AS t (id, n, last)
    WHERE account_stat.account_id = t.id
    RETURNING account_id AS "accountId", posts, followers, following, last_post_at AS "lastPostAt"`.execute(
    tx,
  )
  return rows
}

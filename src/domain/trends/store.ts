import { type RawBuilder, sql } from 'kysely'
import { type AccountId, idAt } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import { DAY_MS, TOLD_DAYS, trendRules } from './formula.ts'

const {
  fewest,
  halfLifeMs,
  nowMs,
  postsMs,
  usualDays,
  mostPosts,
  mostKept,
  mostWeighed,
  mostVoices,
  mostUses,
} = trendRules

/** Whose voice counts: people, here and elsewhere, whom nothing holds down. Under the name `account`. */
const counts = sql`account.kind IN ('person', 'organization') AND account.limited_at IS NULL
  AND account.suspended_at IS NULL AND NOT account.suspended_afar AND account.deleted_at IS NULL`
/** … and who want to be found by what they say. */
const speaks = sql`${counts} AND account.discoverable`
/** Said to everybody, and for everybody's eyes. */
const open = sql`post.visibility = 'public' AND post.boost_of_id IS NULL AND NOT post.held AND NOT post.sensitive`

const since = (now: Date, ms: number) => sql`${idAt(new Date(now.getTime() - ms))}::bigint`
/** What somebody did when an id was made, by how long ago that is. */
const fading = (id: RawBuilder<unknown>, now: Date) =>
  sql`power(2, -greatest(0, ${now.getTime()}::bigint - (${id} >> 16))::float8 / ${halfLifeMs}::float8)`
const dayOf = (id: RawBuilder<unknown>) => sql`((${id} >> 16) / ${DAY_MS}::bigint)::int`

/** How something is said in posts. */
interface Saying {
  readonly kind: 'tag' | 'link'
  readonly table: RawBuilder<unknown>
  readonly subject: RawBuilder<unknown>
  /** of `subject`, whether it may be told of at all */
  readonly mayBe: RawBuilder<unknown>
}

const tags: Saying = {
  kind: 'tag',
  table: sql`post_hashtag AS use`,
  subject: sql`use.hashtag_id`,
  mayBe: sql`true`,
}

const hostOfPreview = sql`regexp_replace(
  lower(substring(preview.url FROM '^https?://(?:[^/?#@]*@)?([^/?#]+)')), '^www\\.', '')`

const links: Saying = {
  kind: 'link',
  table: sql`post_preview AS use`,
  subject: sql`use.preview_id`,
  mayBe: sql`EXISTS (SELECT 1 FROM preview WHERE preview.id = subject AND preview.title IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM domain_block WHERE domain_block.severity <> 'none'
      AND domain_block.domain = ANY (domains_above(${hostOfPreview}))))`,
}

/** One round at a time: held until the transaction ends. @returns when the one before was done */
export async function takeRound(tx: Tx): Promise<Date> {
  const { counted_at } = await tx
    .selectFrom('trend_round')
    .select('counted_at')
    .forUpdate()
    .executeTakeFirstOrThrow()
  return counted_at
}

export async function endRound(tx: Tx, now: Date): Promise<void> {
  await tx.updateTable('trend_round').set({ counted_at: now }).execute()
  await tx.deleteFrom('trend_review').where('kind', '=', 'post').where(longAgo(now)).execute()
}

/** Posts are decided about as long as they could be one. */
const longAgo = (now: Date) => sql<boolean>`subject_id < ${since(now, 30 * DAY_MS)}`

/** @returns whether it is the caller's turn to ask for a round */
export async function claimRound(tx: Tx, now: Date, everyMs: number): Promise<boolean> {
  const before = new Date(now.getTime() - everyMs)
  const done = await tx
    .updateTable('trend_round')
    .set({ asked_at: now })
    .where('asked_at', '<', before)
    .executeTakeFirst()
  return done.numUpdatedRows > 0n
}

export async function countTags(tx: Tx, now: Date): Promise<void> {
  await countSaid(tx, tags, now)
}

/** Pages that people link to, with who publishes them. */
export async function countLinks(tx: Tx, now: Date): Promise<void> {
  await countSaid(tx, links, now)
  await sql`
    INSERT INTO publisher (host, created_at)
    SELECT DISTINCT ${hostOfPreview}, ${now}::timestamptz
    FROM trend JOIN preview ON preview.id = trend.subject_id WHERE trend.kind = 'link'
    ON CONFLICT (host) DO NOTHING`.execute(tx)
  await sql`
    UPDATE trend SET publisher_id = publisher.id
    FROM preview JOIN publisher ON publisher.host = ${hostOfPreview}
    WHERE trend.kind = 'link' AND preview.id = trend.subject_id`.execute(tx)
}

async function countSaid(tx: Tx, { kind, table, subject, mayBe }: Saying, now: Date): Promise<void> {
  const usualSince = since(now, nowMs + usualDays * DAY_MS)
  const uses = (from: RawBuilder<unknown>, to: RawBuilder<unknown>) => sql`
    SELECT post.id, post.account_id FROM ${table} JOIN post ON post.id = use.post_id
    WHERE ${subject} = hot.subject AND use.post_id >= ${from} AND use.post_id < ${to} AND ${open}
    ORDER BY use.post_id DESC LIMIT ${mostUses}`
  const end = sql`${idAt(new Date(now.getTime() + 1))}::bigint`
  const today = Math.floor(now.getTime() / DAY_MS)
  const firstDay = sql`${idAt(new Date((today - TOLD_DAYS + 1) * DAY_MS))}::bigint`
  await tx.deleteFrom('trend').where('kind', '=', kind).execute()
  await sql`
    WITH recent AS MATERIALIZED (
      SELECT post.id, post.account_id FROM post
      WHERE post.id >= ${since(now, nowMs)} AND post.id < ${end} AND ${open}
      ORDER BY post.id DESC LIMIT ${mostPosts}
    ), said AS (
      SELECT ${subject} AS subject, recent.account_id, max(recent.id) AS latest
      FROM recent JOIN ${table} ON use.post_id = recent.id WHERE ${subject} IS NOT NULL GROUP BY 1, 2
    ), voice AS (
      SELECT said.subject, ${fading(sql`said.latest`, now)} AS fresh,
        sqrt(count(*) OVER (PARTITION BY said.subject, account.host)) AS neighbours
      FROM said JOIN account ON account.id = said.account_id WHERE ${speaks}
    ), hot AS (
      SELECT subject, sum(fresh) AS people, sum(fresh / neighbours) AS heat FROM voice
      GROUP BY subject HAVING count(*) >= ${fewest} AND ${mayBe} ORDER BY heat DESC, subject LIMIT ${mostKept}
    )
    INSERT INTO trend (kind, subject_id, score, days)
    SELECT ${kind}, hot.subject, hot.heat * hot.people / (hot.people + usual.people), told.days
    FROM hot CROSS JOIN LATERAL (
      SELECT count(DISTINCT (${dayOf(sql`before.id`)}, before.account_id)) / CASE WHEN count(*) < ${mostUses}
        THEN ${usualDays}::float8
        ELSE greatest(0.1, (${since(now, nowMs)} - min(before.id) >> 16)::float8 / ${DAY_MS}) END AS people
      FROM (${uses(usualSince, since(now, nowMs))}) AS before
    ) AS usual CROSS JOIN LATERAL (
      SELECT coalesce(json_agg(json_build_object('day', day, 'uses', uses, 'accounts', accounts)), '[]') AS days
      FROM (SELECT ${dayOf(sql`late.id`)} AS day, count(*) AS uses, count(DISTINCT late.account_id) AS accounts
        FROM (${uses(firstDay, end)}) AS late GROUP BY 1) AS counted
    ) AS told`.execute(tx)
}

/** Posts that many people like or boost, one of each author. */
export async function countPosts(tx: Tx, now: Date): Promise<void> {
  await tx.deleteFrom('trend').where('kind', '=', 'post').execute()
  await sql`
    WITH recent AS MATERIALIZED (
      SELECT post.id, post.account_id FROM post
      WHERE post.id >= ${since(now, postsMs)} AND ${open} AND post.summary = '' AND post.in_reply_to_uri IS NULL
      ORDER BY post.id DESC LIMIT ${mostPosts}
    ), liked AS MATERIALIZED (
      SELECT recent.id, recent.account_id FROM recent JOIN post_stat ON post_stat.post_id = recent.id
      JOIN account ON account.id = recent.account_id
      WHERE post_stat.likes + post_stat.boosts >= ${fewest} AND ${speaks}
      ORDER BY post_stat.likes + 2 * post_stat.boosts DESC, recent.id DESC LIMIT ${mostWeighed}
    ), voice AS (
      SELECT liked.id, liked.account_id, person.id AS by, max(person.weight) AS weight, person.host
      FROM liked CROSS JOIN LATERAL (
        SELECT account.id, account.host, done.weight FROM (
          (SELECT reaction.account_id, 1 AS weight FROM reaction WHERE reaction.post_id = liked.id
            ORDER BY reaction.id DESC LIMIT ${mostVoices})
          UNION ALL
          (SELECT post.account_id, 2 FROM post WHERE post.boost_of_id = liked.id
            ORDER BY post.id DESC LIMIT ${mostVoices})
        ) AS done JOIN account ON account.id = done.account_id
        WHERE ${counts} AND account.id <> liked.account_id
      ) AS person GROUP BY liked.id, liked.account_id, person.id, person.host
    ), weighed AS (
      SELECT id, account_id, weight / sqrt(count(*) OVER (PARTITION BY id, host)) AS weight FROM voice
    ), scored AS (
      SELECT id, account_id, sum(weight) * ${fading(sql`id`, now)} AS score FROM weighed
      GROUP BY id, account_id HAVING count(*) >= ${fewest}
    ), best AS (SELECT DISTINCT ON (account_id) id, score FROM scored ORDER BY account_id, score DESC, id DESC)
    INSERT INTO trend (kind, subject_id, score)
    SELECT 'post', id, score FROM best ORDER BY score DESC, id DESC LIMIT ${mostKept}`.execute(tx)
}

/** Decides about a tag, a post, a link or who publishes links; a decision that is there already is replaced. */
export async function putReview(
  tx: Tx,
  kind: 'tag' | 'post' | 'link' | 'publisher',
  subjectId: string,
  review: { readonly approved: boolean; readonly by: AccountId; readonly now: Date },
): Promise<void> {
  const values = { approved: review.approved, reviewed_at: review.now, reviewed_by: review.by }
  await tx
    .insertInto('trend_review')
    .values({ kind, subject_id: subjectId, ...values })
    .onConflict((conflict) => conflict.columns(['kind', 'subject_id']).doUpdateSet(values))
    .execute()
}

import { type RawBuilder, sql } from 'kysely'
import type { AccountId, InboxItemId, PostId } from '../base/ids.ts'
import type { Visibility } from '../base/visibility.ts'
import type { Db } from '../db/connect.ts'
import { prepared } from '../db/prepared.ts'
import { isMuted } from '../domain/blocks/find.ts'
import { maySee } from '../domain/posts/audience.ts'
import { loadBonds } from './bonds.ts'
import type { Range } from './ranges.ts'
import { catchUp } from './shelf.ts'
import type { Bond } from './view.ts'

/** Something in an inbox that its owner hears of and may see. */
export interface InboxRow {
  readonly id: InboxItemId
  readonly uri: string
  readonly kind: string
  readonly body: string | null
  readonly postId: PostId | null
  readonly actorId: AccountId
  readonly actorUri: string
  readonly followersUri: string | null
  readonly visibility: Visibility
  readonly publishedAt: Date
  readonly editedAt: Date | null
  readonly isBoost: boolean
  /** the post, or of a boost the one that it shows */
  readonly shownId: PostId | null
  readonly authorUri: string
  readonly stamp: string
  /** how that one is written, if that was made of the same before */
  readonly addresses: string | null
  readonly text: string | null
}

const BEYOND_ALL = '9223372036854775807'

/**
 * The next few, one more than make a page where all can be shown. How the owner stands to those who did something is kept
 * from one page to the next: to ask for it row by row is most of what a page costs.
 */
export async function nextRows(
  db: Db,
  ownerId: AccountId,
  { past, back }: Pick<Range, 'past' | 'back'>,
): Promise<readonly InboxRow[]> {
  const [near] = await Promise.all([
    back === undefined
      ? olderRows<NearRow>(db, { me: ownerId, key: past ?? BEYOND_ALL })
      : newerRows<NearRow>(db, { me: ownerId, key: back }),
    catchUp(db),
  ])
  const people = new Set(near.flatMap(({ actorId, boosted }) => [actorId, boosted?.authorId ?? actorId]))
  return shownAmong(ownerId, near, await loadBonds(db, ownerId, people))
}

/** A row of which it is still to be found out whether its owner may see it, and hears of who did it. */
interface NearRow
  extends Omit<InboxRow, 'actorUri' | 'followersUri' | 'isBoost' | 'shownId' | 'authorUri'>,
    RuledPost {
  /** the owner looks away from who did it */
  readonly muted: boolean
  /** what made the text of the post that it shows */
  readonly madeOf: string | null
  /** what it shows again */
  readonly boosted: (RuledPost & { readonly id: PostId; readonly authorId: AccountId }) | null
}

/** What the rule of who may see a post asks of it, besides how the two stand to each other. */
interface RuledPost {
  readonly visibility: Visibility
  /** it names the owner, where that matters */
  readonly named: boolean
  /** where it is held: whose post it answers, and nothing for nobody's */
  readonly heldFor: AccountId | '' | null
}

/** Those of these rows that the owner hears of and may see, by the same rule in its other form. */
function shownAmong(
  ownerId: AccountId,
  rows: readonly NearRow[],
  bonds: ReadonlyMap<AccountId, Bond>,
): readonly InboxRow[] {
  const viewer = { accountId: ownerId }
  const sees = ({ visibility, named, heldFor }: RuledPost, author: Bond): boolean =>
    maySee(
      {
        visibility,
        authorId: author.id,
        mentionedIds: named ? [ownerId] : [],
        authorHidden: author.hidden,
        ...(heldFor === null ? {} : { held: { parentAuthorId: heldFor === '' ? null : heldFor } }),
      },
      viewer,
      author,
    )
  // Each is put together name by name: what is left of an object when some of it is taken out costs ten times the memory.
  const rowOf = (row: NearRow, actor: Bond, shownId: PostId | null, author: Bond): InboxRow => ({
    id: row.id,
    uri: row.uri,
    kind: row.kind,
    body: row.body,
    postId: row.postId,
    actorId: row.actorId,
    actorUri: actor.uri,
    followersUri: actor.followersUri,
    visibility: row.visibility,
    publishedAt: row.publishedAt,
    editedAt: row.editedAt,
    isBoost: row.boosted !== null,
    shownId,
    authorUri: author.uri,
    stamp: row.stamp,
    addresses: row.addresses,
    text: row.madeOf === row.stamp ? row.text : null,
  })
  const shown: InboxRow[] = []
  for (const row of rows) {
    const { boosted } = row
    const actor = bonds.get(row.actorId)
    const author = boosted ? bonds.get(boosted.authorId) : actor
    if (!actor || !author || row.muted) continue
    const isFor =
      row.postId === null
        ? !actor.hidden && !actor.apart
        : sees(row, actor) && (boosted === null || sees(boosted, author))
    if (isFor) shown.push(rowOf(row, actor, boosted?.id ?? row.postId, author))
  }
  return shown
}

/** Rows with what is to be known of their posts; the accounts are known. A post that came is its author's doing. */
function nearRowsOf(me: RawBuilder<unknown>, near: RawBuilder<unknown>): RawBuilder<unknown> {
  const named = (
    post: RawBuilder<unknown>,
  ) => sql`(${post}.visibility NOT IN ('public', 'unlisted') AND EXISTS (
    SELECT 1 FROM mention WHERE mention.post_id = ${post}.id AND mention.account_id = ${me}))`
  const heldFor = (post: RawBuilder<unknown>) =>
    sql`CASE WHEN ${post}.held THEN coalesce(${post}.in_reply_to_account_id::text, '') END`
  return sql`
    SELECT item.id, item.uri, item.kind, item.body, item.post_id AS "postId", item.actor_id AS "actorId",
      ${isMuted(me, sql`item.actor_id`, 'posts')} AS muted, post.visibility, post.published_at AS "publishedAt",
      post.edited_at AS "editedAt", ${named(sql`post`)} AS named, ${heldFor(sql`post`)} AS "heldFor",
      CASE WHEN boosted.id IS NOT NULL THEN json_build_object('id', boosted.id::text,
        'authorId', boosted.account_id::text, 'visibility', boosted.visibility, 'named', ${named(sql`boosted`)},
        'heldFor', ${heldFor(sql`boosted`)}) END AS boosted,
      CASE WHEN boosted.id IS NULL THEN ${stampOf(sql`post`)} ELSE ${stampOf(sql`boosted`)} END AS stamp,
      made.stamp AS "madeOf", made.addresses, made.body AS text
    FROM (${near}) AS item
    LEFT JOIN post ON post.id = item.post_id
    LEFT JOIN post AS boosted ON boosted.id = post.boost_of_id
    LEFT JOIN post_text AS made ON made.post_id = coalesce(boosted.id, post.id)`
}

/** What a text of a post is made of, as far as it can change: of ours, what is counted as well. */
export const stampOf = (
  post: RawBuilder<unknown>,
) => sql<string>`concat_ws(' ', extract(epoch FROM ${post}.edited_at),
  md5(${post}.policy::text), ${post}.approved_by, CASE WHEN ${post}.local THEN coalesce((
    SELECT concat_ws('-', counted.replies, counted.likes, counted.boosts) FROM post_stat AS counted
    WHERE counted.post_id = ${post}.id), '') END)`

/** Nearly always the next few rows make a page. */
const olderRows = prepared<'me' | 'key'>('inbox-older', (at) => {
  const me = sql`${at('me')}::bigint`
  const near = sql`SELECT * FROM inbox_item AS item
    WHERE item.owner_id = ${me} AND item.id < ${at('key')}::bigint ORDER BY item.id DESC LIMIT 24`
  return sql`${nearRowsOf(me, near)} ORDER BY item.id DESC`
})
const newerRows = prepared<'me' | 'key'>('inbox-newer', (at) => {
  const me = sql`${at('me')}::bigint`
  const near = sql`SELECT * FROM inbox_item AS item
    WHERE item.owner_id = ${me} AND item.id > ${at('key')}::bigint ORDER BY item.id LIMIT 24`
  return sql`${nearRowsOf(me, near)} ORDER BY item.id`
})

import { type RawBuilder, sql } from 'kysely'
import type { AccountId, AnnouncementId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import {
  type Announcement,
  announcementColumns,
  isCurrent,
  MOST_ANNOUNCEMENTS,
} from '../domain/announcements/find.ts'
import { findEmojis } from '../domain/emojis/find.ts'
import { handlesIn, hashtagsIn } from '../text/tokens.ts'
import { emojisIn } from './held.ts'
import type { AccountMention, EmojiView } from './view.ts'

export interface AnnouncementView extends Announcement {
  /** whether this reader has put it away; undefined for nobody in particular */
  readonly read: boolean | undefined
  /** people here whom it names */
  readonly mentions: readonly AccountMention[]
  readonly hashtags: readonly { readonly name: string; readonly displayName: string }[]
  readonly emojis: readonly EmojiView[]
  readonly reactions: readonly AnnouncementReactionView[]
}

export interface AnnouncementReactionView {
  /** an emoji, or the shortcode of one of this server */
  readonly name: string
  readonly count: number
  /** undefined for nobody in particular */
  readonly mine: boolean | undefined
  /** of one of this server */
  readonly emoji: EmojiView | undefined
}

export interface AnnouncementQuery {
  /** undefined: as it is told to everybody at once */
  readonly readerId: AccountId | undefined
  readonly now: Date
  /** one alone */
  readonly id?: AnnouncementId
  /** those that the reader has put away, too */
  readonly dismissed?: boolean
}

/** What holds now, in the order in which it begins; in a fixed number of queries. */
export async function listAnnouncements(db: Db, query: AnnouncementQuery): Promise<AnnouncementView[]> {
  const rows = await db
    .selectFrom('announcement')
    .select(announcementColumns)
    .select(readBy(query.readerId).as('read'))
    .where(isCurrent(query.now))
    .$if(query.id !== undefined, (only) => only.where('id', '=', query.id as AnnouncementId))
    .$if(query.dismissed === false, (only) => only.where(sql<boolean>`NOT ${readBy(query.readerId)}`))
    .orderBy((eb) => eb.fn.coalesce('starts_at', 'published_at'))
    .orderBy('id')
    .limit(MOST_ANNOUNCEMENTS)
    .execute()
  if (rows.length === 0) return []
  const said = rows.map((row) => ({ host: null, texts: [row.text] }))
  const [people, emojis, reactions] = await Promise.all([
    peopleIn(db, rows),
    emojisIn(db, said),
    reactionsOf(
      db,
      rows.map(({ id }) => id),
      query.readerId,
    ),
  ])
  return rows.map((row, at) => ({
    ...row,
    read: query.readerId === undefined ? undefined : row.read,
    mentions: namesIn(row.text).flatMap((name) => people.get(name) ?? []),
    hashtags: hashtagsIn(row.text),
    emojis: emojis(said[at] ?? { host: null, texts: [] }),
    reactions: reactions.get(row.id) ?? [],
  }))
}

function readBy(readerId: AccountId | undefined): RawBuilder<boolean> {
  return sql<boolean>`EXISTS (SELECT 1 FROM announcement_dismissal AS put WHERE put.announcement_id = announcement.id
    AND put.account_id = ${readerId ?? null}::bigint)`
}

/** Of handles those of people here: an announcement asks no other server who somebody is. */
function namesIn(text: string): string[] {
  return [
    ...new Set(handlesIn(text).flatMap(({ name, host }) => (host === null ? [name.toLowerCase()] : []))),
  ]
}

async function peopleIn(db: Db, rows: readonly Announcement[]): Promise<ReadonlyMap<string, AccountMention>> {
  const names = [...new Set(rows.flatMap(({ text }) => namesIn(text)))]
  if (names.length === 0) return new Map()
  const found = await db
    .selectFrom('account')
    .select((eb) => ['id', 'uri', eb.fn.coalesce('url', 'uri').as('url'), 'name', 'host'])
    .where(sql<boolean>`lower(name) = any(${names}::text[])`)
    .where('host', 'is', null)
    .where('kind', '!=', 'application')
    .where('deleted_at', 'is', null)
    .execute()
  return new Map(found.map((account) => [account.name.toLowerCase(), account]))
}

async function reactionsOf(
  db: Db,
  ids: readonly AnnouncementId[],
  readerId: AccountId | undefined,
): Promise<ReadonlyMap<AnnouncementId, AnnouncementReactionView[]>> {
  const { rows } = await sql<{ id: AnnouncementId; name: string; count: number; mine: boolean }>`
    SELECT announcement_id AS id, name, count(*)::int AS count,
      coalesce(bool_or(account_id = ${readerId ?? null}::bigint), false) AS mine
    FROM announcement_reaction WHERE announcement_id = any(${ids}::bigint[])
    GROUP BY announcement_id, name ORDER BY announcement_id, min(created_at), name`.execute(db)
  const own = await findEmojis(
    db,
    rows.filter(({ name }) => /^\w+$/.test(name)).map(({ name }) => ({ host: null, shortcode: name })),
  )
  const emojis = new Map(own.map((emoji) => [emoji.shortcode, emoji]))
  const groups = new Map<AnnouncementId, AnnouncementReactionView[]>()
  for (const { id, name, count, mine } of rows) {
    const reaction = { name, count, mine: readerId === undefined ? undefined : mine, emoji: emojis.get(name) }
    groups.set(id, [...(groups.get(id) ?? []), reaction])
  }
  return groups
}

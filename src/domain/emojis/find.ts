import { sql } from 'kysely'
import type { EmojiId } from '../../base/ids.ts'
import { compiled } from '../../db/compiled.ts'
import type { Db } from '../../db/connect.ts'

export interface KnownEmoji {
  readonly id: EmojiId
  readonly shortcode: string
  /** null for ours */
  readonly host: string | null
  /** its id, where its own server says one; of ours it is made of `id` */
  readonly uri: string | null
  /** the picture, where its own server has it */
  readonly url: string
  /** our copy of it, or our own; null when there is none yet */
  readonly file: string | null
  readonly mediaType: string | null
  readonly category: string | null
  readonly updatedAt: Date
}

const columns = [
  'id',
  'shortcode',
  'host',
  'uri',
  'url',
  'file',
  'media_type as mediaType',
  'category',
  'updated_at as updatedAt',
] as const

/** Emoji by who uses them and what they write; host null is here. */
export async function findEmojis(
  db: Db,
  wanted: readonly { readonly host: string | null; readonly shortcode: string }[],
): Promise<KnownEmoji[]> {
  if (wanted.length === 0) return []
  return emojisNamed(
    db,
    wanted.map((each) => each.shortcode),
    wanted.map((each) => each.host ?? ''),
  )
}

const emojisNamed = compiled<KnownEmoji, [readonly string[], readonly string[]]>(
  'emojis.named',
  (db, shortcodes, hosts) =>
    db
      .selectFrom('custom_emoji')
      .select(columns)
      .where(
        sql<boolean>`(shortcode, coalesce(host, '')) IN (
        SELECT * FROM unnest(${shortcodes}::text[], ${hosts}::text[]))`,
      ),
)

/** All of ours, by name. */
export async function listOwnEmojis(db: Db): Promise<KnownEmoji[]> {
  return db
    .selectFrom('custom_emoji')
    .select(columns)
    .where('host', 'is', null)
    .orderBy('shortcode')
    .execute()
}

export async function findEmoji(db: Db, id: EmojiId): Promise<KnownEmoji | undefined> {
  return db.selectFrom('custom_emoji').select(columns).where('id', '=', id).executeTakeFirst()
}

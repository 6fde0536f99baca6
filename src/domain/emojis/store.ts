import { sql } from 'kysely'
import type { EmojiId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import type { IncomingEmoji } from './emoji.ts'

export interface HostEmoji extends IncomingEmoji {
  readonly id: EmojiId
  readonly host: string
}

/**
 * Keeps emoji of other hosts, each only if it is new or newer than what is kept; an emoji without a date counts as
 * newer when its picture is another.
 * @returns the ids of those that have a picture to fetch now
 */
export async function upsertEmojis(tx: Tx, emojis: readonly HostEmoji[], now: Date): Promise<EmojiId[]> {
  const sorted = emojis.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
  const rows = await tx
    .insertInto('custom_emoji')
    .values(
      sorted.map((emoji) => ({
        id: emoji.id,
        shortcode: emoji.shortcode,
        host: emoji.host,
        uri: emoji.uri,
        url: emoji.url,
        updated_at: emoji.updatedAt !== null && emoji.updatedAt < now ? emoji.updatedAt : now,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['host', 'shortcode'])
        .doUpdateSet({
          uri: sql`excluded.uri`,
          url: sql`excluded.url`,
          updated_at: sql`excluded.updated_at`,
        })
        .where(
          sql<boolean>`custom_emoji.url <> excluded.url AND excluded.updated_at > custom_emoji.updated_at`,
        ),
    )
    .returning('id')
    .execute()
  return rows.map((row) => row.id)
}

const keyOf = ({ host, shortcode }: HostEmoji) => `${host} ${shortcode}`

/** A picture of ours for an emoji of our own; one of the same name is replaced. */
export async function upsertOwnEmoji(
  db: Db,
  emoji: {
    readonly id: EmojiId
    readonly shortcode: string
    readonly url: string
    readonly file: string
    readonly mediaType: string
    readonly category: string | null
  },
  now: Date,
): Promise<EmojiId> {
  const row = await db
    .insertInto('custom_emoji')
    .values({
      id: emoji.id,
      shortcode: emoji.shortcode,
      host: null,
      url: emoji.url,
      file: emoji.file,
      media_type: emoji.mediaType,
      category: emoji.category,
      updated_at: now,
    })
    .onConflict((conflict) =>
      conflict.columns(['host', 'shortcode']).doUpdateSet({
        url: emoji.url,
        file: emoji.file,
        media_type: emoji.mediaType,
        category: emoji.category,
        updated_at: now,
      }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

export async function deleteOwnEmoji(db: Db, shortcode: string): Promise<boolean> {
  const gone = await db
    .deleteFrom('custom_emoji')
    .where('host', 'is', null)
    .where('shortcode', '=', shortcode)
    .executeTakeFirst()
  return gone.numDeletedRows > 0n
}

/** Says where our copy of a remote emoji's picture is, unless it has another picture by now. */
export async function setEmojiFile(
  db: Db,
  id: EmojiId,
  url: string,
  copy: { readonly file: string; readonly mediaType: string },
): Promise<boolean> {
  const changed = await db
    .updateTable('custom_emoji')
    .set({ file: copy.file, media_type: copy.mediaType })
    .where('id', '=', id)
    .where('url', '=', url)
    .executeTakeFirst()
  return changed.numUpdatedRows > 0n
}

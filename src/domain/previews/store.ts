import { sql } from 'kysely'
import type { PostId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Tx } from '../../db/transact.ts'
import type { CarriedCard, PageCard } from './preview.ts'

/** Keeps the cards that posts brought with them, in place of what was shown of them before. */
export async function putCarried(
  tx: Tx,
  cards: readonly { readonly postId: PostId; readonly card: CarriedCard }[],
): Promise<void> {
  if (cards.length === 0) return
  await tx
    .insertInto('post_preview')
    .values(
      cards.map(({ postId, card }) => ({ post_id: postId, preview_id: null, carried: JSON.stringify(card) })),
    )
    .onConflict((conflict) =>
      conflict
        .column('post_id')
        .doUpdateSet((eb) => ({ carried: eb.ref('excluded.carried'), preview_id: null })),
    )
    .execute()
}

/** Nothing is shown of what these posts link to. */
export async function deletePostPreviews(db: Db, postIds: readonly PostId[]): Promise<void> {
  if (postIds.length === 0) return
  await db.deleteFrom('post_preview').where('post_id', '=', sql<PostId>`any(${postIds}::bigint[])`).execute()
}

/** A post with the page that it is shown with. */
export interface Shown {
  readonly postId: PostId
  readonly url: string
}

/** Lets each post show the preview of its page, made where there is none yet. Nothing for posts that are gone. */
export async function linkPreviews(tx: Tx, shown: readonly Shown[]): Promise<void> {
  const urls = shown.map(({ url }) => url)
  await sql`
    INSERT INTO preview (url)
    SELECT DISTINCT url FROM unnest(${urls}::text[]) AS t (url)
    WHERE NOT EXISTS (SELECT 1 FROM preview WHERE preview.url = t.url) ORDER BY 1
    ON CONFLICT (url) DO NOTHING`.execute(tx)
  await sql`
    INSERT INTO post_preview (post_id, preview_id)
    SELECT post.id, preview.id
    FROM unnest(${shown.map(({ postId }) => postId)}::bigint[], ${urls}::text[]) AS t (post_id, url)
    JOIN post ON post.id = t.post_id JOIN preview ON preview.url = t.url
    ON CONFLICT (post_id) DO UPDATE SET preview_id = excluded.preview_id`.execute(tx)
}

/** Those of these pages that are to be asked: never yet, or too long ago. Each is given to one caller alone. */
export async function claimPreviews(
  db: Db,
  urls: readonly string[],
  now: Date,
  leaseSeconds: number,
): Promise<{ id: string; url: string }[]> {
  const since = new Date(now.getTime() - leaseSeconds * 1000)
  return db
    .updateTable('preview')
    .set({ claimed_at: now })
    .where('url', '=', sql<string>`any(${urls}::text[])`)
    .where((eb) => eb.or([eb('fresh_until', 'is', null), eb('fresh_until', '<', now)]))
    .where((eb) => eb.or([eb('claimed_at', 'is', null), eb('claimed_at', '<', since)]))
    .returning(['id', 'url'])
    .execute()
}

/** What the page said; null when it gave nothing to show. */
export async function writePreview(
  db: Db,
  id: string,
  card: PageCard | null,
  freshUntil: Date,
): Promise<void> {
  await db
    .updateTable('preview')
    .set({
      title: card?.title ?? null,
      description: card?.description ?? '',
      kind: card?.kind ?? 'link',
      provider: card?.provider ?? '',
      author_name: card?.authorName ?? '',
      author_url: card?.authorUrl ?? null,
      creator_id: card?.creatorId ?? null,
      image_url: card?.imageUrl ?? null,
      image_alt: card?.imageAlt ?? '',
      image_width: card?.imageWidth ?? null,
      image_height: card?.imageHeight ?? null,
      language: card?.language ?? null,
      published_at: card?.publishedAt ?? null,
      claimed_at: null,
      fresh_until: freshUntil,
    })
    .where('id', '=', id)
    .execute()
}

/** Forgets pages that no post shows any more and that would be asked anew. */
export async function deleteStalePreviews(db: Db, now: Date, limit: number): Promise<void> {
  await sql`
    DELETE FROM preview WHERE id IN (
      SELECT id FROM preview WHERE fresh_until < ${now}
        AND NOT EXISTS (SELECT 1 FROM post_preview WHERE post_preview.preview_id = preview.id) LIMIT ${limit})`.execute(
    db,
  )
}

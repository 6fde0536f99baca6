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

/** Nothing is shown of what this post links to. */
export async function deletePostPreview(db: Db, postId: PostId): Promise<void> {
  await db.deleteFrom('post_preview').where('post_id', '=', postId).execute()
}

/** Lets a post show the preview of that page, made where there is none yet. Nothing, when the post is gone. */
export async function linkPreview(tx: Tx, postId: PostId, url: string): Promise<string | undefined> {
  await tx
    .insertInto('preview')
    .values({ url })
    .onConflict((conflict) => conflict.column('url').doNothing())
    .execute()
  const { rows } = await sql<{ id: string }>`
    INSERT INTO post_preview (post_id, preview_id)
    SELECT post.id, preview.id FROM post, preview WHERE post.id = ${postId} AND preview.url = ${url}
    ON CONFLICT (post_id) DO UPDATE SET preview_id = excluded.preview_id
    RETURNING preview_id AS id`.execute(tx)
  return rows[0]?.id
}

/** True for one caller alone, when the page is to be asked: never yet, or too long ago. */
export async function claimPreview(db: Db, id: string, now: Date, leaseSeconds: number): Promise<boolean> {
  const since = new Date(now.getTime() - leaseSeconds * 1000)
  const result = await db
    .updateTable('preview')
    .set({ claimed_at: now })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('fresh_until', 'is', null), eb('fresh_until', '<', now)]))
    .where((eb) => eb.or([eb('claimed_at', 'is', null), eb('claimed_at', '<', since)]))
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
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

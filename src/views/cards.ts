import { sql } from 'kysely'
import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { CarriedCard } from '../db/tables/previews.ts'
import { mentionsOfAccounts } from './accounts.ts'
import type { CardView } from './view.ts'

/** What posts show of the pages that they link to, by post; two queries however many they are. */
export async function cardsIn(db: Db, ids: readonly PostId[]): Promise<Map<PostId, CardView>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('post_preview')
    .leftJoin('preview', 'preview.id', 'post_preview.preview_id')
    .leftJoin('account as creator', (join) =>
      join
        .onRef('creator.id', '=', 'preview.creator_id')
        .on('creator.deleted_at', 'is', null)
        .on('creator.suspended_at', 'is', null),
    )
    .select(['post_preview.post_id', 'post_preview.carried', 'creator.id as creator_id'])
    .select([
      'preview.url',
      'preview.title',
      'preview.description',
      'preview.kind',
      'preview.provider',
      'preview.author_name as authorName',
      'preview.author_url as authorUrl',
      'preview.image_url as imageUrl',
      'preview.image_alt as imageAlt',
      'preview.image_width as imageWidth',
      'preview.image_height as imageHeight',
      'preview.language',
      'preview.published_at as publishedAt',
    ])
    .where('post_preview.post_id', '=', sql<PostId>`any(${ids}::bigint[])`)
    .execute()
  const creators = await mentionsOfAccounts(
    db,
    rows.map((row) => row.creator_id).filter((id): id is AccountId => id !== null),
  )
  const cards = new Map<PostId, CardView>()
  for (const { post_id, carried, creator_id, ...page } of rows) {
    const { url, title } = page
    const author = (creator_id && creators.get(creator_id)) || null
    if (carried?.title && 'url' in carried)
      cards.set(post_id, carriedView(carried as CarriedCard, carried.title))
    else if (url && title) {
      cards.set(post_id, {
        ...page,
        url,
        title,
        author,
        description: page.description ?? '',
        kind: page.kind ?? 'link',
        provider: page.provider ?? '',
        authorName: page.authorName ?? '',
        imageAlt: page.imageAlt ?? '',
      })
    }
  }
  return cards
}

function carriedView(card: CarriedCard, title: string): CardView {
  return {
    ...card,
    title,
    kind: 'link',
    provider: '',
    author: null,
    imageWidth: null,
    imageHeight: null,
    language: null,
    publishedAt: null,
  }
}

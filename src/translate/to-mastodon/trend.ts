import type { Uris } from '../../base/uris.ts'
import type { CardView } from '../../views/view.ts'
import { cardFrom, type MastodonCard } from './card.ts'
import { daysFrom, type MastodonTag, type TagDay, type TagView, tagFrom } from './tag.ts'
import { dateWord } from './words.ts'

export interface MastodonTrendingLink extends MastodonCard {
  readonly history: MastodonTag['history']
}

/** What was decided about a trend: null as long as nobody has. */
interface Decided {
  readonly approved: boolean | null
}

/** A page that many link to. @param author the account of whoever made it, in Mastodon's words */
export function trendingLinkFrom(
  { card, history }: { readonly card: CardView; readonly history: readonly TagDay[] },
  author: unknown = null,
): MastodonTrendingLink {
  return { ...cardFrom(card, author), history: daysFrom(history) }
}

/** A tag as those who look after the server see it; none is ever kept from being used. */
export function adminTagFrom(view: TagView & Decided, uris: Uris) {
  return {
    ...tagFrom(view, uris),
    trendable: view.approved ?? true,
    usable: true,
    requires_review: view.approved === null,
  }
}

export function publisherFrom(view: {
  readonly id: string
  readonly host: string
  readonly createdAt: Date
  readonly reviewedAt: Date | null
  readonly approved: boolean | null
}) {
  return {
    id: view.id,
    domain: view.host,
    trendable: view.approved,
    reviewed_at: view.reviewedAt === null ? null : dateWord(view.reviewedAt),
    requested_review_at: dateWord(view.createdAt),
    requires_review: view.reviewedAt === null,
  }
}

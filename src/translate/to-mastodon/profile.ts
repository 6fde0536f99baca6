import type { Uris } from '../../base/uris.ts'
import type { ShownTag } from '../../views/featured-tags.ts'
import type { AccountView } from '../../views/view.ts'
import { fieldFrom, type MastodonField } from './account.ts'
import { featuredTagFrom, type MastodonFeaturedTag } from './featured-tag.ts'

export interface MastodonProfile {
  readonly id: string
  readonly display_name: string
  readonly note: string
  readonly fields: readonly MastodonField[]
  readonly avatar: string | null
  readonly avatar_static: string | null
  readonly avatar_description: string
  readonly header: string | null
  readonly header_static: string | null
  readonly header_description: string
  readonly locked: boolean
  readonly bot: boolean
  readonly hide_collections: boolean
  readonly discoverable: boolean
  readonly indexable: boolean
  readonly show_media: boolean
  readonly show_media_replies: boolean
  readonly show_featured: boolean
  readonly attribution_domains: readonly string[]
  readonly featured_tags: readonly MastodonFeaturedTag[]
}

/** A profile as it was written, to be changed: without the pictures that stand for none, and nothing made of its words. */
export function profileFrom(view: AccountView, tags: readonly ShownTag[], uris: Uris): MastodonProfile {
  return {
    id: view.id,
    display_name: view.displayName,
    note: view.bioSource ?? '',
    fields: view.fields.map((field) => fieldFrom({ ...field, value: field.source ?? field.value })),
    avatar: view.avatarUrl,
    avatar_static: view.avatarUrl,
    avatar_description: view.avatarAlt,
    header: view.headerUrl,
    header_static: view.headerUrl,
    header_description: view.headerAlt,
    locked: view.manuallyApprovesFollowers,
    bot: view.kind === 'service',
    // What of it people here cannot turn off is on.
    hide_collections: false,
    discoverable: view.discoverable,
    indexable: view.indexable,
    show_media: true,
    show_media_replies: true,
    show_featured: true,
    attribution_domains: view.attributionDomains,
    featured_tags: tags.map((tag) => featuredTagFrom(tag, uris)),
  }
}

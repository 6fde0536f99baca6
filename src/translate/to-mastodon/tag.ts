import type { Uris } from '../../base/uris.ts'

/** As it stands in a post: with the letters of whoever wrote it. */
export interface MastodonPostTag {
  readonly name: string
  readonly url: string
}

export function postTagFrom(
  tag: { readonly name: string; readonly displayName: string },
  uris: Uris,
): MastodonPostTag {
  return { name: tag.displayName, url: uris.tag(tag.name) }
}

/** How often a tag was used on a day, and by how many. */
export interface TagDay {
  /** midnight */
  readonly day: Date
  readonly uses: number
  readonly accounts: number
}

/** A tag as one reader knows it. */
export interface TagView {
  readonly id: string
  readonly name: string
  readonly displayName: string
  /** the newest day first */
  readonly history: readonly TagDay[]
  /** only for somebody */
  readonly following?: boolean
  readonly featuring?: boolean
}

export interface MastodonTag extends MastodonPostTag {
  readonly id: string
  readonly history: readonly { readonly day: string; readonly uses: string; readonly accounts: string }[]
  readonly following?: boolean
  readonly featuring?: boolean
}

export function tagFrom(view: TagView, uris: Uris): MastodonTag {
  const { following, featuring } = view
  return {
    id: view.id,
    ...postTagFrom(view, uris),
    history: daysFrom(view.history),
    ...(following !== undefined && { following }),
    ...(featuring !== undefined && { featuring }),
  }
}

export function daysFrom(history: readonly TagDay[]): MastodonTag['history'] {
  return history.map(({ day, uses, accounts }) => ({
    day: String(Math.floor(day.getTime() / 1000)),
    uses: String(uses),
    accounts: String(accounts),
  }))
}

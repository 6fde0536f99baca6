import type { Uris } from '../../base/uris.ts'
import { htmlFrom } from '../../text/html.ts'
import type { AnnouncementReactionView, AnnouncementView } from '../../views/announcements.ts'
import { acctOf } from './account.ts'
import { emojiFrom, type MastodonEmoji } from './emoji.ts'
import { type MastodonPostTag, postTagFrom } from './tag.ts'
import { dateWord } from './words.ts'

export interface MastodonAnnouncement {
  readonly id: string
  readonly content: string
  readonly starts_at: string | null
  readonly ends_at: string | null
  readonly all_day: boolean
  readonly published_at: string
  readonly updated_at: string
  /** only for somebody */
  readonly read?: boolean
  readonly mentions: readonly {
    readonly id: string
    readonly username: string
    readonly url: string
    readonly acct: string
  }[]
  readonly statuses: readonly never[]
  readonly tags: readonly MastodonPostTag[]
  readonly emojis: readonly MastodonEmoji[]
  readonly reactions: readonly MastodonAnnouncementReaction[]
}

export interface MastodonAnnouncementReaction {
  readonly name: string
  readonly count: number
  /** only for somebody */
  readonly me?: boolean
  readonly url?: string
  readonly static_url?: string
}

export function announcementFrom(view: AnnouncementView, uris: Uris): MastodonAnnouncement {
  const { startsAt, endsAt, mentions, read } = view
  const named = new Map(mentions.map((account) => [account.name.toLowerCase(), account]))
  const content = htmlFrom(view.text, {
    mention: ({ name, host }) => (host === null ? named.get(name.toLowerCase()) : undefined),
    tagUrl: (name) => uris.tag(name),
  })
  return {
    id: view.id,
    content,
    starts_at: startsAt && dateWord(startsAt),
    ends_at: endsAt && dateWord(endsAt),
    all_day: view.allDay,
    published_at: dateWord(view.publishedAt),
    updated_at: dateWord(view.updatedAt),
    ...(read !== undefined && { read }),
    mentions: mentions.map((account) => ({
      id: account.id,
      username: account.name,
      url: account.url,
      acct: acctOf(account),
    })),
    statuses: [],
    tags: view.hashtags.map((tag) => postTagFrom(tag, uris)),
    emojis: view.emojis.map((emoji) => emojiFrom(emoji, uris)),
    reactions: view.reactions.map((reaction) => announcementReactionFrom(reaction, uris)),
  }
}

export function announcementReactionFrom(
  { name, count, mine, emoji }: AnnouncementReactionView,
  uris: Uris,
): MastodonAnnouncementReaction {
  const { url, static_url } = emoji ? emojiFrom(emoji, uris) : {}
  return {
    name,
    count,
    ...(mine !== undefined && { me: mine }),
    ...(url !== undefined && static_url !== undefined && { url, static_url }),
  }
}

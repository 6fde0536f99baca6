import type { PostId } from '../../base/ids.ts'
import type { Uris } from '../../base/uris.ts'
import type { EmojiView, PollView } from '../../views/view.ts'
import { emojiFrom, type MastodonEmoji } from './emoji.ts'
import { dateWord } from './words.ts'

export interface MastodonPoll {
  readonly id: string
  readonly expires_at: string | null
  readonly expired: boolean
  readonly multiple: boolean
  readonly votes_count: number
  readonly voters_count: number | null
  readonly options: readonly { readonly title: string; readonly votes_count: number | null }[]
  readonly emojis: readonly MastodonEmoji[]
  readonly voted?: boolean
  readonly own_votes?: readonly number[]
}

export interface PollSetting {
  /** a poll has the id of its post */
  readonly id: PostId
  readonly emojis: readonly EmojiView[]
  readonly now: Date
  /** what its reader chose; left out for nobody, and true for its author, who cannot vote */
  readonly reader?: { readonly isAuthor: boolean }
}

export function pollFrom(view: PollView, { id, emojis, now, reader }: PollSetting, uris: Uris): MastodonPoll {
  const { closedAt, endsAt, options, ownVotes } = view
  const ends = closedAt ?? endsAt
  return {
    id,
    expires_at: ends === null ? null : dateWord(ends),
    expired: ends !== null && ends <= now,
    multiple: view.multiple,
    votes_count: options.reduce((sum, { votes }) => sum + (votes ?? 0), 0),
    voters_count: view.voters,
    options: options.map(({ title, votes }) => ({ title, votes_count: votes })),
    emojis: emojis.map((emoji) => emojiFrom(emoji, uris)),
    ...(reader && { voted: reader.isAuthor || ownVotes.length > 0, own_votes: ownVotes }),
  }
}

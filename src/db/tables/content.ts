import type { Generated, JSONColumnType } from 'kysely'
import type { AccountId, AttachmentId, EmojiId, ObjectId, PostId, ScheduledId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'

export type AttachmentKind = 'image' | 'gifv' | 'video' | 'audio' | 'unknown'

export interface AttachmentTable {
  id: AttachmentId
  account_id: AccountId
  post_id: PostId | null
  position: Generated<number>
  kind: AttachmentKind
  url: string
  media_type: string | null
  file: string | null
  description: Generated<string>
  blurhash: string | null
  focus_x: number | null
  focus_y: number | null
  width: number | null
  height: number | null
  duration: number | null
  preview_url: string | null
  preview_file: string | null
  object_id: ObjectId | null
  /** the post that waits for its time and will hold it */
  scheduled_id: ScheduledId | null
  visibility: Visibility | null
  reader_ids: Generated<AccountId[]>
  shell: JSONColumnType<Record<string, unknown> | null, string | null | undefined, string | null>
  created_at: Generated<Date>
}

export interface UnreadyFileTable {
  /** that of the attachment that it becomes */
  id: AttachmentId
  account_id: AccountId
  kind: UnreadyKind
  source: string | null
  failure: FileFailure | null
  round: Generated<number>
  description: Generated<string>
  focus_x: number | null
  focus_y: number | null
  visibility: Visibility | null
  reader_ids: Generated<AccountId[]>
  shell: JSONColumnType<Record<string, unknown> | null, string | null | undefined, string | null>
  created_at: Generated<Date>
}

export type UnreadyKind = 'gifv' | 'video' | 'audio'

/**
 * Why nothing is made of a file.
 * - `unreadable`: it is no film or sound, or a broken one
 * - `too-large`: it shows more at once than is taken, or what is made of it is too large
 * - `too-long`: making it takes longer than is allowed
 * - `unplayable`: not every browser plays it, and nothing here makes it so
 * - `lost`: whoever worked on it stopped each time
 */
export type FileFailure = 'unreadable' | 'too-large' | 'too-long' | 'unplayable' | 'lost'

export interface StrayFileTable {
  file: string
}

export interface PollTable {
  post_id: PostId
  multiple: boolean
  hide_totals: Generated<boolean>
  ends_at: Date | null
  closed_at: Date | null
  voters: number | null
  told_at: Date | null
  read_at: Date | null
}

export interface PollOptionTable {
  post_id: PostId
  position: number
  title: string
  votes: Generated<number>
}

export interface PollVoteTable {
  post_id: PostId
  account_id: AccountId
  position: number
  created_at: Generated<Date>
}

export interface CustomEmojiTable {
  id: EmojiId
  shortcode: string
  host: string | null
  uri: string | null
  url: string
  media_type: string | null
  file: string | null
  category: string | null
  created_at: Generated<Date>
  updated_at: Date
}

/** A post's words by language, as its history and its own row keep them. */
export type LanguageMapColumn = JSONColumnType<
  Record<string, string> | null,
  string | null | undefined,
  string | null
>

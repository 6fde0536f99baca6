import { createHash } from 'node:crypto'
import type { Clock } from './clock.ts'

/**
 * Ids are 64-bit snowflakes, `milliseconds << 16 | sequence`, written as decimal strings, so that they sort by time
 * and fit what Mastodon clients expect of an id. The brands keep one kind of id from being handed in for another.
 */
declare const brand: unique symbol
type Id<Kind extends string> = string & { readonly [brand]: Kind }

export type AccountId = Id<'account'>
export type PostId = Id<'post'>
export type ActivityId = Id<'activity'>
export type FollowId = Id<'follow'>
export type NotificationId = Id<'notification'>
export type ReactionId = Id<'reaction'>
export type BlockId = Id<'block'>
export type MuteId = Id<'mute'>
export type ReportId = Id<'report'>
export type AttachmentId = Id<'attachment'>
export type EmojiId = Id<'emoji'>
export type ApprovalId = Id<'approval'>
export type InboxItemId = Id<'inbox-item'>
export type ObjectId = Id<'object'>
export type GrantId = Id<'grant'>
export type CollectionId = Id<'collection'>
export type CollectionItemId = Id<'collection-item'>
export type RuleId = Id<'rule'>
export type BookmarkId = Id<'bookmark'>
export type ScheduledId = Id<'scheduled'>
export type ListId = Id<'list'>
export type TagFollowId = Id<'tag-follow'>
export type FilterId = Id<'filter'>
export type FilterKeywordId = Id<'filter-keyword'>
export type FilterPostId = Id<'filter-post'>
export type TalkId = Id<'talk'>
export type EndorsementId = Id<'endorsement'>
export type IpBlockId = Id<'ip-block'>
export type EmailDomainBlockId = Id<'email-domain-block'>
export type EmailBlockId = Id<'email-block'>
export type DomainBlockId = Id<'domain-block'>
export type DomainAllowId = Id<'domain-allow'>
export type StrikeId = Id<'strike'>
export type ModerationActId = Id<'moderation-act'>
export type AnnouncementId = Id<'announcement'>

const LOW_BITS = 16n
const HIGHEST = (1n << 63n) - 1n
/** Nothing on the social web is older than this; an earlier date is a mistake of its sender's. */
const EARLIEST = Date.UTC(2007, 0, 1)

/** Makes ids for what is born here: 6 bits say which process, 10 bits count, and the clock never runs backwards. */
export interface Ids {
  next<T extends string = string>(): T
}

/**
 * @param slot which process this is, 0 to 63; two processes on one database must never share one.
 */
export function createIds(clock: Clock, slot: number): Ids {
  if (!Number.isInteger(slot) || slot < 0 || slot > 63) throw new RangeError(`no such id slot: ${slot}`)
  let lastMs = 0
  let count = 0
  return {
    next<T extends string = string>(): T {
      const now = clock.now().getTime()
      if (now > lastMs) {
        lastMs = now
        count = 0
      } else if (++count > 1023) {
        lastMs += 1
        count = 0
      }
      return ((BigInt(lastMs) << LOW_BITS) | BigInt((slot << 10) | count)).toString() as T
    },
  }
}

/**
 * The id of something born elsewhere: sorted by when it was said, and the same in every process without asking anyone.
 * Most servers give whole seconds, so the missing milliseconds and the low 16 bits come from SHA-256 of its uri.
 * @param attempt 0 at first; the next number when another uri already holds that id.
 */
export function idFromPublished(published: Date, uri: string, received: Date, attempt = 0): PostId {
  const hash = createHash('sha256').update(uri).digest()
  const at = (attempt * 4) % 28
  let ms = clampPublished(published, received).getTime()
  if (ms % 1000 === 0 && ms + 1000 <= received.getTime()) ms += hash.readUInt16BE(at) % 1000
  return ((BigInt(ms) << LOW_BITS) | BigInt(hash.readUInt16BE(at + 2))).toString() as PostId
}

/** A date from the future, from before the social web, or no date at all, becomes the time of receipt. */
export function clampPublished(published: Date | undefined, received: Date): Date {
  const ms = published?.getTime() ?? Number.NaN
  return Number.isNaN(ms) || ms < EARLIEST || ms > received.getTime() ? received : new Date(ms)
}

/** The lowest id that something said at `time` can have: where a keyset scan by time starts. Never beyond all ids. */
export function idAt(time: Date): string {
  const id = BigInt(time.getTime()) << LOW_BITS
  return (id < 0n ? 0n : id > HIGHEST ? HIGHEST : id).toString()
}

/** When something with this id was said, to the millisecond. */
export function timeOf(id: string): Date {
  return new Date(Number(BigInt(id) >> LOW_BITS))
}

/** Reads an id from a path or a cursor; anything that no id can be is undefined. */
export function readId<T extends string>(text: string | undefined): T | undefined {
  if (text === undefined || !/^[1-9][0-9]{0,18}$/.test(text) || BigInt(text) > HIGHEST) return undefined
  return text as T
}

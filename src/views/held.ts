import { type RawBuilder, sql } from 'kysely'
import type { PostId } from '../base/ids.ts'
import { compiled } from '../db/compiled.ts'
import type { Db } from '../db/connect.ts'
import { findEmojis } from '../domain/emojis/find.ts'
import { shortcodesIn } from '../text/emojis.ts'
import type { AttachmentView, EmojiView, PollView } from './view.ts'

/** What a post holds to see and hear, as it comes from the database. */
export interface AttachmentRow extends Omit<AttachmentView, 'focus'> {
  readonly focusX: number | null
  readonly focusY: number | null
}

/** A column of a query that has the table `post` in it: a list of `AttachmentRow` in their order, or null for none. */
export const attachmentsColumn: RawBuilder<readonly AttachmentRow[] | null> = sql`(
  SELECT json_agg(json_build_object('id', attachment.id::text, 'kind', attachment.kind, 'url', attachment.url,
    'file', attachment.file, 'mediaType', attachment.media_type, 'description', attachment.description,
    'blurhash', attachment.blurhash, 'focusX', attachment.focus_x, 'focusY', attachment.focus_y,
    'width', attachment.width, 'height', attachment.height, 'duration', attachment.duration,
    'previewUrl', attachment.preview_url) ORDER BY attachment.position)
  FROM attachment WHERE attachment.post_id = post.id)`

export function attachmentsFrom(rows: readonly AttachmentRow[] | null): readonly AttachmentView[] {
  return (rows ?? []).map(({ focusX, focusY, ...rest }) => ({
    ...rest,
    focus: focusX === null || focusY === null ? null : { x: focusX, y: focusY },
  }))
}

interface PollRow {
  readonly id: PostId
  readonly multiple: boolean
  readonly hidden: boolean
  readonly hideTotals: boolean
  readonly endsAt: Date | null
  readonly closedAt: Date | null
  readonly voters: number | null
  readonly titles: readonly string[]
  readonly votes: readonly number[]
}

const findPolls = compiled<PollRow, [readonly PostId[]]>(
  'views.polls',
  (_db, ids) => sql`
    SELECT poll.post_id AS id, poll.multiple, poll.hide_totals AS "hideTotals", poll.ends_at AS "endsAt",
      poll.closed_at AS "closedAt", poll.voters,
      poll.hide_totals AND poll.closed_at IS NULL AS hidden,
      array_agg(poll_option.title ORDER BY poll_option.position) AS titles,
      array_agg(poll_option.votes ORDER BY poll_option.position) AS votes
    FROM poll JOIN poll_option ON poll_option.post_id = poll.post_id
    WHERE poll.post_id = any(${ids}::bigint[]) GROUP BY poll.post_id`,
)

/** What everybody may know of these polls; what somebody chose is theirs to add. No query for none. */
export type OpenPoll = Omit<PollView, 'ownVotes'>

export async function pollsIn(db: Db, ids: readonly PostId[]): Promise<ReadonlyMap<PostId, OpenPoll>> {
  if (ids.length === 0) return new Map()
  const rows = await findPolls(db, ids)
  return new Map(
    rows.map(({ id, titles, votes, hidden, ...poll }) => [
      id,
      { ...poll, options: titles.map((title, at) => ({ title, votes: hidden ? null : (votes[at] ?? 0) })) },
    ]),
  )
}

export interface Said {
  /** the part after @ in the handle of who says it; null for people here */
  readonly host: string | null
  readonly texts: readonly (string | null)[]
}

/** Finds the custom emoji in what is said, by host and shortcode; no query where nothing looks like one. */
export async function emojisIn(db: Db, said: readonly Said[]): Promise<(one: Said) => EmojiView[]> {
  const wanted = new Map<string, { host: string | null; shortcode: string }>()
  const named = new Map<Said, string[]>()
  for (const one of said) {
    const shortcodes = [...new Set(one.texts.flatMap((text) => (text === null ? [] : shortcodesIn(text))))]
    if (shortcodes.length === 0) continue
    named.set(one, shortcodes)
    for (const shortcode of shortcodes)
      wanted.set(`${one.host ?? ''} ${shortcode}`, { host: one.host, shortcode })
  }
  const found = new Map(
    (await findEmojis(db, [...wanted.values()])).map((emoji) => [
      `${emoji.host ?? ''} ${emoji.shortcode}`,
      emoji,
    ]),
  )
  return (one) =>
    (named.get(one) ?? []).flatMap((shortcode) => found.get(`${one.host ?? ''} ${shortcode}`) ?? [])
}

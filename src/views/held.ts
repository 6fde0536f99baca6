import { sql } from 'kysely'
import type { PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { findEmojis } from '../domain/emojis/find.ts'
import type { Viewer } from '../domain/posts/audience.ts'
import { shortcodesIn } from '../text/emojis.ts'
import type { AttachmentView, EmojiView, PollView, PostView } from './view.ts'

/** What each of these posts holds to see and hear, in its order. */
export async function attachmentsIn(db: Db, ids: readonly PostId[]): Promise<Map<PostId, AttachmentView[]>> {
  const views = new Map<PostId, AttachmentView[]>()
  if (ids.length === 0) return views
  const rows = await db
    .selectFrom('attachment')
    .selectAll()
    .where('post_id', '=', sql<PostId>`any(${ids}::bigint[])`)
    .orderBy('post_id')
    .orderBy('position')
    .execute()
  for (const row of rows) {
    if (row.post_id === null) continue
    const view: AttachmentView = {
      id: row.id,
      kind: row.kind,
      url: row.url,
      file: row.file,
      mediaType: row.media_type,
      description: row.description,
      blurhash: row.blurhash,
      focus: row.focus_x === null || row.focus_y === null ? null : { x: row.focus_x, y: row.focus_y },
      width: row.width,
      height: row.height,
      duration: row.duration,
      previewUrl: row.preview_url,
    }
    const known = views.get(row.post_id)
    if (known) known.push(view)
    else views.set(row.post_id, [view])
  }
  return views
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
  readonly chosen: readonly number[] | null
}

/** The polls that these posts ask, each with what this reader has chosen; one query. */
export async function pollsIn(
  db: Db,
  ids: readonly PostId[],
  viewer: Viewer,
): Promise<Map<PostId, PollView>> {
  if (ids.length === 0) return new Map()
  const result = await sql<PollRow>`
    SELECT poll.post_id AS id, poll.multiple, poll.hide_totals AS "hideTotals", poll.ends_at AS "endsAt",
      poll.closed_at AS "closedAt", poll.voters,
      poll.hide_totals AND poll.closed_at IS NULL AS hidden,
      array_agg(poll_option.title ORDER BY poll_option.position) AS titles,
      array_agg(poll_option.votes ORDER BY poll_option.position) AS votes,
      (SELECT array_agg(poll_vote.position ORDER BY poll_vote.position) FROM poll_vote
        WHERE poll_vote.post_id = poll.post_id AND poll_vote.account_id = ${viewer?.accountId ?? null}::bigint) AS chosen
    FROM poll JOIN poll_option ON poll_option.post_id = poll.post_id
    WHERE poll.post_id = any(${ids}::bigint[]) GROUP BY poll.post_id`.execute(db)
  return new Map(
    result.rows.map(({ id, titles, votes, chosen, hidden, ...poll }) => [
      id,
      {
        ...poll,
        options: titles.map((title, at) => ({ title, votes: hidden ? null : (votes[at] ?? 0) })),
        ownVotes: chosen ?? [],
      },
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

interface HolderRow {
  readonly id: PostId
  readonly has_files: boolean
  /** the part after @ of whoever wrote it; null for people here */
  readonly host: string | null
  readonly kind: string
  readonly title: string | null
  readonly summary: string
  readonly content_html: string
  readonly source_type: string | null
  readonly content_map: Record<string, string> | null
}

type HeldView = Pick<PostView, 'attachments' | 'poll' | 'emojis' | 'sourceType' | 'contentMap'>

/** What posts hold beside their words, in three queries at most however many they are. */
export async function heldIn(
  db: Db,
  rows: readonly HolderRow[],
  viewer: Viewer,
): Promise<(row: HolderRow) => HeldView> {
  const asking = rows.filter((row) => row.kind === 'question').map((row) => row.id)
  const [attachments, polls] = await Promise.all([
    attachmentsIn(
      db,
      rows.filter((row) => row.has_files).map((row) => row.id),
    ),
    pollsIn(db, asking, viewer),
  ])
  const said = new Map(
    rows.map((row) => {
      const options = polls.get(row.id)?.options.map(({ title }) => title) ?? []
      return [row.id, { host: row.host, texts: [row.title, row.summary, row.content_html, ...options] }]
    }),
  )
  const emojis = await emojisIn(db, [...said.values()])
  return (row) => {
    const words = said.get(row.id)
    return {
      attachments: attachments.get(row.id) ?? [],
      poll: polls.get(row.id) ?? null,
      emojis: words ? emojis(words) : [],
      sourceType: row.source_type,
      contentMap: row.content_map,
    }
  }
}

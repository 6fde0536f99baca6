import { sql } from 'kysely'
import type { AttachmentId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import type { AttachmentView, PostView } from './view.ts'

/** What a post said at one time. */
export interface VersionView {
  readonly at: Date
  readonly title: string | null
  readonly summary: string
  readonly sensitive: boolean
  readonly contentHtml: string
  readonly attachments: readonly AttachmentView[]
  readonly pollOptions: readonly string[] | null
}

interface Row extends Omit<VersionView, 'attachments'> {
  readonly attachments: readonly Partial<AttachmentView>[] | null
}

const UNKNOWN = {
  kind: 'unknown',
  url: '',
  mediaType: null,
  description: '',
  blurhash: null,
  focus: null,
  width: null,
  height: null,
  duration: null,
  previewUrl: null,
  file: null,
} as const

/** All that a post ever said, the oldest first and what it says now at the end; whoever may see it may see that. */
export async function viewHistory(db: Db, post: PostView): Promise<VersionView[]> {
  const { rows } = await sql<Row>`
    SELECT created_at AS at, title, summary, sensitive, content_html AS "contentHtml", attachments,
      poll_options AS "pollOptions"
    FROM post_edit WHERE post_id = ${post.id}::bigint ORDER BY created_at, version`.execute(db)
  const former = rows.map(({ attachments, ...version }) => ({
    ...version,
    attachments: (attachments ?? []).map((each) => asBefore(each, post)),
  }))
  return [...former, now(post)]
}

/** Of what another server says it showed before, only its address is known; here it has the id of its post. */
function asBefore(held: Partial<AttachmentView>, post: PostView): AttachmentView {
  const same = post.attachments.find(({ url }) => url === held.url)
  return { ...UNKNOWN, id: same?.id ?? (post.id as string as AttachmentId), ...held }
}

function now(post: PostView): VersionView {
  const { title, summary, sensitive, contentHtml, attachments, poll } = post
  const pollOptions = poll?.options.map((option) => option.title) ?? null
  return {
    at: post.editedAt ?? post.publishedAt,
    title,
    summary,
    sensitive,
    contentHtml,
    attachments,
    pollOptions,
  }
}

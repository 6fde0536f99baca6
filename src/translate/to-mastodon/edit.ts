import type { Uris } from '../../base/uris.ts'
import { escapeHtml } from '../../text/escape.ts'
import type { VersionView } from '../../views/history.ts'
import { type MastodonMedia, mediaFrom } from './media.ts'
import type { MastodonStatus } from './status.ts'
import { dateWord } from './words.ts'

export interface MastodonStatusEdit extends Pick<MastodonStatus, 'account' | 'emojis' | 'quote'> {
  readonly content: string
  readonly spoiler_text: string
  readonly sensitive: boolean
  readonly created_at: string
  readonly media_attachments: readonly MastodonMedia[]
  /** absent where there was none */
  readonly poll?: { readonly options: readonly { readonly title: string }[] }
}

/** What a post said at one time; `status` is the post as it is now. */
export function statusEditFrom(
  version: VersionView,
  { account, emojis, quote }: MastodonStatus,
  uris: Uris,
): MastodonStatusEdit {
  const { title, contentHtml, summary, sensitive, at, attachments, pollOptions } = version
  return {
    content: title === null ? contentHtml : `<p><strong>${escapeHtml(title)}</strong></p>${contentHtml}`,
    spoiler_text: summary,
    sensitive,
    created_at: dateWord(at),
    account,
    media_attachments: attachments.map((each) => mediaFrom(each, uris)),
    emojis,
    quote,
    ...(pollOptions && { poll: { options: pollOptions.map((option) => ({ title: option })) } }),
  }
}

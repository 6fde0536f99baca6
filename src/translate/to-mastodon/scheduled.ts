import type { Uris } from '../../base/uris.ts'
import type { Choice } from '../../domain/policies/policy.ts'
import type { ScheduledView } from '../../views/scheduled.ts'
import { type MastodonMedia, mediaFrom } from './media.ts'
import { dateWord, visibilityWord } from './words.ts'

export interface MastodonScheduledStatus {
  readonly id: string
  readonly scheduled_at: string
  readonly params: Readonly<Record<string, unknown>>
  readonly media_attachments: readonly MastodonMedia[]
}

/** A post that waits for its time, with all that its app said of it. */
export function scheduledStatusFrom(
  { id, dueAt, draft, attachments }: ScheduledView,
  uris: Uris,
): MastodonScheduledStatus {
  const { poll, mediaIds } = draft
  return {
    id,
    scheduled_at: dateWord(dueAt),
    params: {
      text: draft.text,
      poll: poll
        ? {
            options: poll.options,
            expires_in: poll.expiresInSeconds,
            multiple: poll.multiple ?? false,
            hide_totals: poll.hideTotals ?? false,
          }
        : null,
      media_ids: mediaIds && mediaIds.length > 0 ? mediaIds : null,
      sensitive: draft.sensitive ?? null,
      spoiler_text: draft.summary ?? null,
      visibility: visibilityWord(draft.visibility),
      in_reply_to_id: draft.replyTo ?? null,
      language: draft.language ?? null,
      // Our apps are known by names, which are no ids.
      application_id: null,
      scheduled_at: null,
      idempotency: null,
      with_rate_limit: false,
      quoted_status_id: draft.quoteOf ?? null,
      quote_approval_policy: quotersWord(draft.policy?.quote),
    },
    media_attachments: attachments.map((each) => mediaFrom(each, uris)),
  }
}

function quotersWord(choice: Choice | undefined): string | null {
  if (choice === undefined) return null
  if (choice.startsWith('everyone')) return 'public'
  return choice.startsWith('followers') ? 'followers' : 'nobody'
}

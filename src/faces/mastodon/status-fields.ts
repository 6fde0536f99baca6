import { z } from 'zod'
import type { AccountId, AttachmentId, PostId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Choice } from '../../domain/policies/policy.ts'
import type { DraftPoll } from '../../domain/polls/poll.ts'
import type { Draft } from '../../domain/posts/post.ts'
import type { Preferences } from '../../domain/preferences/find.ts'
import { visibilityFrom } from '../../translate/to-mastodon/words.ts'
import { booleanish, idOf, idsOf, integerish, listOf, textish, wordOf } from '../http/param-fields.ts'

/** Null and '' are as if it were not there. */
const absentOr = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === null || value === '' ? undefined : value), schema.optional())

export const pollFields = absentOr(
  z.object({
    options: listOf(textish),
    expires_in: integerish,
    multiple: booleanish,
    hide_totals: booleanish,
  }),
)

export const quoteApproval = wordOf(['public', 'followers', 'nobody'])
const visibility = wordOf(['public', 'unlisted', 'private', 'direct'])

/** What both a new post and an edit say. */
export const wordFields = z.object({
  status: textish,
  spoiler_text: textish,
  sensitive: booleanish,
  language: textish,
  media_ids: listOf(idOf<AttachmentId>()),
  poll: pollFields,
  quote_approval_policy: quoteApproval,
})
export type WordFields = z.output<typeof wordFields>

export const statusFields = wordFields.extend({
  visibility,
  in_reply_to_id: idOf<PostId>(),
  quoted_status_id: idOf<PostId>(),
  scheduled_at: textish,
  allowed_mentions: idsOf<AccountId>(),
})
export type StatusFields = z.output<typeof statusFields>

/** What an app wants said, as the one draft from which every post is made. */
export function draftFrom(fields: StatusFields, preferences: Preferences, clientId?: string): Draft {
  const { in_reply_to_id: replyTo, quoted_status_id: quoteOf, quote_approval_policy: quoters } = fields
  const { text, summary, sensitive } = wordsOf(fields)
  const language = languageFrom(fields.language) ?? preferences.language ?? undefined
  const choice = quoters === undefined ? usualChoice(preferences) : choiceOf(quoters)
  const mediaIds = mediaIdsOf(fields)
  const poll = fields.poll && draftPollFrom(fields.poll)
  return {
    text,
    summary,
    sensitive: sensitive ?? preferences.sensitive,
    visibility: (fields.visibility && visibilityFrom(fields.visibility)) ?? preferences.visibility,
    ...(language !== undefined && { language }),
    ...(replyTo !== undefined && { replyTo }),
    ...(quoteOf !== undefined && { quoteOf }),
    ...(choice !== undefined && { policy: { quote: choice } }),
    ...(mediaIds && { mediaIds }),
    ...(poll && { poll }),
    ...(clientId !== undefined && { clientId }),
  }
}

/** A warning above nothing at all is what is said; whatever has one is sensitive. */
export function wordsOf({ status = '', spoiler_text: warning = '', sensitive }: WordFields) {
  const isAlone = status.trim() === '' && warning.trim() !== ''
  return {
    text: isAlone ? warning : status,
    summary: isAlone ? '' : warning,
    sensitive: warning.trim() === '' ? sensitive : true,
  }
}

export function mediaIdsOf({ media_ids: ids }: Pick<WordFields, 'media_ids'>): AttachmentId[] | undefined {
  return ids?.filter((id) => id !== undefined)
}

export function draftPollFrom(poll: NonNullable<WordFields['poll']>): DraftPoll {
  const options = (poll.options ?? []).filter((option) => option !== undefined && option.trim() !== '')
  return {
    options: options as string[],
    multiple: poll.multiple ?? false,
    hideTotals: poll.hide_totals ?? false,
    expiresInSeconds: poll.expires_in ?? refuse('poll.expiry'),
  }
}

export function choiceOf(word: 'public' | 'followers' | 'nobody'): Choice {
  return word === 'public' ? 'everyone' : word
}

/** What is usual for everybody is left to what they chose for all faces. */
function usualChoice({ quoters }: Preferences): Choice | undefined {
  return quoters === 'everyone' ? undefined : quoters
}

/** Apps send what their system says, and some the word for nothing of their language: that is none. */
export function languageFrom(text: string | undefined): string | undefined {
  if (text === undefined || !/^[a-z]{2,3}(?:[-_][a-z0-9]{1,8})*$/i.test(text)) return undefined
  try {
    return Intl.getCanonicalLocales(text.replaceAll('_', '-'))[0]
  } catch {
    return undefined
  }
}

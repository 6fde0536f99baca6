import type { IncomingEmoji } from '../emojis/emoji.ts'
import type { Attached } from '../media/attachment.ts'
import type { IncomingPoll } from '../polls/poll.ts'
import type { CarriedCard } from '../previews/preview.ts'

/** What a post from elsewhere holds beside its words. */
export interface Held {
  /** in their order, twenty at most */
  readonly attachments: readonly Attached[]
  readonly poll: IncomingPoll | null
  /** at most 100 */
  readonly emojis: readonly IncomingEmoji[]
  /** what it says in each language, sanitised, by BCP 47 tag; null where it speaks one alone */
  readonly contentMap: Readonly<Record<string, string>> | null
  /** media type of `source` */
  readonly sourceType: string | null
  /** what it said before, oldest first */
  readonly former: readonly FormerVersion[]
  /** the page that is attached to it (FEP-8967) */
  readonly card?: CarriedCard | null
}

/** A post as it was before an edit. */
export interface FormerVersion {
  /** when it was said so */
  readonly at: Date
  readonly title: string | null
  readonly summary: string
  readonly sensitive: boolean
  /** sanitised */
  readonly contentHtml: string
  readonly source: string | null
  readonly attachments: readonly Attached[]
  readonly pollOptions: readonly string[] | null
}

/** Words alone. */
export const nothingHeld: Held = {
  attachments: [],
  poll: null,
  emojis: [],
  contentMap: null,
  sourceType: null,
  former: [],
}

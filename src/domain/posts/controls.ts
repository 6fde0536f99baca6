import type { Policy } from '../policies/policy.ts'

/** What a post from elsewhere quotes, as it says itself. */
export interface IncomingQuote {
  /** the id of the quoted post; the address of its page, where only that is said */
  readonly uri: string
  /** said in one of the older forms alone, so that nobody will be asked */
  readonly legacy: boolean
  /** where the quoted author's consent can be read */
  readonly stampUri: string | null
}

/** What a post from elsewhere says of others' part in it, and of its own part in theirs. */
export interface Controls {
  /** null when it states none */
  readonly policy: Policy | null
  /** `gone` when it says that what it quoted is no more */
  readonly quote: IncomingQuote | 'gone' | null
  /** where the consent of the author of what it answers can be read */
  readonly replyStampUri: string | null
}

export const noControls: Controls = { policy: null, quote: null, replyStampUri: null }

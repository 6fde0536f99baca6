import { refuse } from '../../base/refusal.ts'
import { cleanLine } from '../../text/clean.ts'
import { lengthOf } from '../../text/length.ts'
import type { Limits } from '../world.ts'

/** A question with answers to choose from, as somebody here asks it. */
export interface DraftPoll {
  /** plain text, all different */
  readonly options: readonly string[]
  /** several may be chosen */
  readonly multiple?: boolean
  /** nobody sees how many chose what before it has ended */
  readonly hideTotals?: boolean
  readonly expiresInSeconds: number
}

/** A poll as its own server gives it. */
export interface IncomingPoll {
  readonly multiple: boolean
  readonly endsAt: Date | null
  /** when it ended, if it has */
  readonly closedAt: Date | null
  /** null where that server does not say */
  readonly voters: number | null
  readonly options: readonly { readonly title: string; readonly votes: number }[]
}

/** As many options as are kept of a poll from elsewhere (S-107). */
export const MOST_OPTIONS = 500

/** What will be stored of a poll of ours. */
export interface NewPoll {
  readonly multiple: boolean
  readonly hideTotals: boolean
  readonly endsAt: Date
  readonly options: readonly string[]
}

/**
 * Makes a draft a poll, as far as our limits allow.
 * @throws Refusal 'poll.options' for too few, too many, empty, too long or equal ones; 'poll.expiry' for a time that is
 *   too short or too long
 */
export function newPollFrom(draft: DraftPoll, limits: Limits, now: Date): NewPoll {
  const options = draft.options.map(cleanLine)
  const { pollOptions: most, pollOptionLength: longest } = limits
  const bearable =
    options.length >= 2 &&
    options.length <= most &&
    new Set(options).size === options.length &&
    options.every((option) => option !== '' && lengthOf(option) <= longest)
  if (!bearable) refuse('poll.options', { most, longest })
  const { pollShortestSeconds: shortest, pollLongestSeconds: longestSeconds } = limits
  const seconds = draft.expiresInSeconds
  if (!(seconds >= shortest && seconds <= longestSeconds)) refuse('poll.expiry')
  return {
    multiple: draft.multiple ?? false,
    hideTotals: draft.hideTotals ?? false,
    endsAt: new Date(now.getTime() + seconds * 1000),
    options,
  }
}

export interface PollEnd {
  readonly endsAt: Date | null
  readonly closedAt: Date | null
}

/** Whether nobody may vote any more. */
export function hasEnded({ endsAt, closedAt }: PollEnd, now: Date): boolean {
  return closedAt !== null || (endsAt !== null && endsAt <= now)
}

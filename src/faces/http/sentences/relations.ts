import type { RefusalCode } from '../../../base/refusal.ts'
import { problemType } from '../problem-types.ts'
import type { Entry } from './entry.ts'

const notTheirs = problemType('actor-not-authorized')

/** What is said of follows, and of those who are kept apart. */
export const relationSentences = {
  'follow.self': { status: 422, sentence: 'An account cannot follow itself.' },
  'follow.blocked': {
    status: 403,
    sentence: 'A block stands between the two accounts.',
    type: notTheirs,
  },
  'block.self': { status: 422, sentence: 'An account cannot be kept apart from itself.' },
  'block.not-found': { status: 404, sentence: 'That account is not blocked.' },
  'mute.duration': { status: 422, sentence: 'A mute lasts between a second and ten years.' },
  'mute.not-found': { status: 404, sentence: 'That account is not muted.' },
  'domain.invalid': {
    status: 422,
    sentence: 'A domain looks like example.social, and it cannot be the one of this server.',
  },
  'domain.not-blocked': { status: 404, sentence: 'That domain is not blocked.' },
  'endorsement.not-followed': { status: 422, sentence: 'Only who is followed can be recommended.' },
  'remark.too-long': {
    status: 422,
    sentence: ({ limit = 2000 }) => `A note has at most ${limit} characters.`,
  },
  'report.empty': { status: 422, sentence: 'A report names an account that is known here.' },
  'report.too-long': {
    status: 422,
    sentence: ({ limit = 5000 }) => `A report has at most ${limit} characters.`,
  },
  'report.not-found': { status: 404, sentence: 'There is no such report.' },
  'account.not-restricted': { status: 422, sentence: 'Nothing of the kind holds that account down.' },
  'follow.not-found': { status: 404, sentence: 'There is no such follow.' },
} as const satisfies Partial<Record<RefusalCode, Entry>>

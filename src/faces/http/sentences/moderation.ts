import type { RefusalCode } from '../../../base/refusal.ts'
import { problemType } from '../problem-types.ts'
import type { Entry } from './entry.ts'

/** What those who look after the server are told, and those who are kept out. */
export const moderationSentences = {
  'staff.only': {
    status: 403,
    sentence: 'That is for those who look after this server.',
    type: problemType('actor-not-authorized'),
  },
} as const satisfies Partial<Record<RefusalCode, Entry>>

import type { RefusalCode } from '../../../base/refusal.ts'
import { problemType } from '../problem-types.ts'
import type { Entry } from './entry.ts'

/** What is said of inboxes and of what came to them. */
export const inboxSentences = {
  'inbox.not-yours': {
    status: 403,
    type: problemType('principal-not-authorized'),
    sentence: 'That is for somebody else to read.',
  },
} as const satisfies Partial<Record<RefusalCode, Entry>>

import type { RefusalCode } from '../../../base/refusal.ts'
import { problemType } from '../problem-types.ts'
import type { Entry } from './entry.ts'

/** What is said to whoever reads. */
export const readSentences = {
  gone: { status: 410, sentence: 'This was here, and will not come back.' },
  'list.not-yours': {
    status: 403,
    sentence: 'Only the one whose list this is can read it.',
    type: problemType('principal-not-authorized'),
  },
  'search.too-short': {
    status: 400,
    sentence: ({ minimum = 2 }) => `Type ${minimum} characters or more.`,
    type: problemType('minimumChars'),
    tells: ['minimum'],
  },
} as const satisfies Partial<Record<RefusalCode, Entry>>

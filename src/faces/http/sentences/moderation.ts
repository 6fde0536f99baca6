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
  'report.self': { status: 422, sentence: 'Nobody reports themself.' },
  'report.rules': { status: 422, sentence: 'A report names rules that this server has.' },
  'announcement.too-many': {
    status: 422,
    sentence: 'There are 100 announcements, and no more may be made before some are removed.',
  },
  'announcement.too-many-reactions': {
    status: 422,
    sentence: 'Eight different emoji stand below this announcement, and there is no room for another.',
  },
} as const satisfies Partial<Record<RefusalCode, Entry>>

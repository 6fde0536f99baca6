import type { RefusalCode } from '../../../base/refusal.ts'
import type { Entry } from './entry.ts'

const FAILURES: Readonly<Record<string, string>> = {
  unreadable: 'That file cannot be read as a film or sound.',
  'too-large': 'That film has more pixels, frames a second or bytes than are taken.',
  'too-long': 'Making that file ready takes longer than is allowed.',
  unplayable: 'Not every browser plays that file, and nothing on this server can make it so.',
  lost: 'Nobody could make that file ready.',
}

/** What is said of posts that wait for their time, and of files that wait for their post. */
export const scheduledSentences = {
  'scheduled.not-found': { status: 404, sentence: 'There is no such post waiting for its time.' },
  'scheduled.time': { status: 422, sentence: 'That is no time.' },
  'scheduled.too-soon': {
    status: 422,
    sentence: 'A post can wait for a time that is at least five minutes away.',
  },
  'scheduled.too-many': {
    status: 422,
    sentence: ({ most = 300, daily = 25 }) =>
      `At most ${most} posts wait for their time, and ${daily} of them for one day.`,
  },
  'media.in-use': { status: 422, sentence: 'A post holds that file.' },
  'media.not-ready': {
    status: 422,
    sentence: 'One of the files is still being made ready. Try again in a moment.',
  },
  'media.failed': {
    status: 422,
    sentence: ({ failure = '' }) => FAILURES[failure] ?? 'Nothing could be made of that file.',
  },
  'media.unusable': {
    status: 422,
    sentence: 'One of the files is not there, or another post holds it already.',
  },
} as const satisfies Partial<Record<RefusalCode, Entry>>

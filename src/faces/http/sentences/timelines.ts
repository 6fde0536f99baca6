import type { RefusalCode } from '../../../base/refusal.ts'
import type { Entry } from './entry.ts'

/** What is said of lists, filters, followed tags and of how far somebody has read. */
export const timelineSentences = {
  'conversation.not-found': { status: 404, sentence: 'There is no such conversation.' },
  'filter.not-found': { status: 404, sentence: 'There is no such filter.' },
  'filter.title': { status: 422, sentence: 'A filter has a title of at most 256 characters.' },
  'filter.contexts': {
    status: 422,
    sentence: 'A filter holds in the home, in notifications, in public, in threads or on profiles.',
  },
  'filter.keyword': { status: 422, sentence: 'A keyword of a filter has between 1 and 512 characters.' },
  'filter.too-many': { status: 422, sentence: ({ most = 200 }) => `There are at most ${most} of these.` },
  'filter.shared': {
    status: 422,
    sentence: 'This filter has several keywords; an app that knows the newer filters can change it.',
  },
  'filter.post-known': { status: 422, sentence: 'That post is in the filter already.' },
  'list.not-found': { status: 404, sentence: 'There is no such list.' },
  'list.title': { status: 422, sentence: 'A list has a title of at most 256 characters.' },
  'list.too-many': { status: 422, sentence: ({ most = 50 }) => `There are at most ${most} lists.` },
  'list.not-followed': { status: 404, sentence: 'Only those who are followed can be on a list.' },
  'list.member-known': { status: 422, sentence: 'That account is on the list already.' },
  'list.full': { status: 422, sentence: ({ most = 1000 }) => `A list has at most ${most} accounts.` },
  'marker.conflict': {
    status: 409,
    sentence: 'Somebody else set this at the same moment; please try again.',
  },
  'tag.not-followed': { status: 404, sentence: 'That hashtag is not followed.' },
} as const satisfies Partial<Record<RefusalCode, Entry>>

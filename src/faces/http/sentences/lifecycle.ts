import type { RefusalCode } from '../../../base/refusal.ts'
import type { Entry } from './entry.ts'

/** What is said when an account cannot change, move, go, or feature something. */
export const lifecycleSentences = {
  'account.moved': { status: 403, sentence: 'This account has moved and can do no more from here.' },
  'account.owner-stays': { status: 403, sentence: 'The owner’s account cannot be deleted.' },
  'relay.invalid': {
    status: 422,
    sentence: 'That is no relay: an address ends in /inbox, or is that of an actor.',
  },
  'relay.known': { status: 422, sentence: 'That relay is known already.' },
  'relay.not-found': { status: 404, sentence: 'There is no such relay.' },
  'alias.self': { status: 422, sentence: 'That is this account itself.' },
  'alias.not-found': { status: 404, sentence: 'That account is none of the aliases.' },
  'alias.too-many': { status: 422, sentence: ({ most = 20 }) => `An account has at most ${most} aliases.` },
  'account.too-many-fields': {
    status: 422,
    sentence: ({ most = 50 }) => `A profile has at most ${most} fields.`,
  },
  'move.no-alias': {
    status: 422,
    sentence: ({ alias = 'this account' }) =>
      `The new account does not name ${alias} among its aliases. Add it there first, then try again.`,
  },
  'move.too-soon': {
    status: 422,
    sentence: ({ until = 'later' }) => `This account has moved lately and can move again on ${until}.`,
  },
  'move.target-moved': { status: 422, sentence: 'The new account has itself moved on.' },
  'move.not-moved': { status: 422, sentence: 'This account has not moved.' },
  'pin.too-many': { status: 422, sentence: ({ most = 5 }) => `At most ${most} posts can be pinned.` },
  'pin.not-open': { status: 422, sentence: 'Only public and unlisted posts of one’s own can be pinned.' },
  'pin.not-pinned': { status: 404, sentence: 'That post is not pinned.' },
  'tag.invalid': { status: 422, sentence: 'That is no hashtag.' },
  'tag.too-many': { status: 422, sentence: ({ most = 10 }) => `At most ${most} hashtags can be featured.` },
} as const satisfies Partial<Record<RefusalCode, Entry>>

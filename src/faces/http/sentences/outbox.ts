import type { RefusalCode } from '../../../base/refusal.ts'
import { problemType } from '../problem-types.ts'
import type { Entry } from './entry.ts'

/** What is said to an app when what it posts cannot be read, or may not be said. */
export const outboxSentences = {
  'activity.actor': {
    status: 400,
    sentence: 'The actor is not the one whose outbox this is.',
    type: problemType('principal-actor-mismatch'),
  },
  'activity.author': {
    status: 403,
    sentence: 'Nobody posts in the name of another.',
    type: problemType('actor-not-authorized'),
  },
  'activity.no-object': { status: 400, sentence: 'This activity needs an object.' },
  'activity.no-target': { status: 400, sentence: 'This activity needs a target.' },
  'activity.not-embedded': {
    status: 400,
    sentence: 'What is to be created must stand in the activity, not only its id.',
  },
  'activity.type': {
    status: 400,
    sentence: 'Nothing of this type can be posted here.',
    type: problemType('unsupported-type'),
  },
  'address.blind': {
    status: 400,
    sentence: 'Only people are addressed blindly, not everyone and not your followers.',
  },
  'address.collection': {
    status: 400,
    sentence: 'Of collections, only your own followers can be addressed.',
    type: problemType('no-applicable-addressees'),
  },
  'address.too-many': {
    status: 400,
    sentence: ({ most = 100 }) => `At most ${most} addresses are taken at once.`,
  },
  'object.actor': {
    status: 403,
    sentence: 'Accounts are not made, changed into or removed through an outbox.',
    type: problemType('actor-not-authorized'),
  },
  'object.protected': {
    status: 403,
    sentence: ({ term = 'That' }) => `${term} is kept by the server and cannot be changed.`,
    type: problemType('actor-not-authorized'),
  },
  'object.stale': {
    status: 409,
    sentence: 'It has been changed since. Please read it again before changing it.',
  },
  'outbox.not-yours': {
    status: 403,
    sentence: 'Only its owner posts to an outbox.',
    type: problemType('principal-not-authorized'),
  },
  'policy.collection': {
    status: 400,
    sentence: 'A policy names everyone, your own followers, whom you follow, or single people.',
  },
  'profile.picture': {
    status: 400,
    sentence: 'A picture of a profile is one of your own that was handed in at uploadMedia.',
  },
  'reaction.unknown': {
    status: 422,
    sentence: 'Of custom emoji, those of this server can be used, and those that came to it from others.',
  },
  'request.in-flight': {
    status: 409,
    sentence: 'A request with this Idempotency-Key is being carried out. Please try again in a moment.',
  },
  'request.key-reused': {
    status: 422,
    sentence: 'Another request came with this Idempotency-Key before.',
  },
  'request.key-too-long': {
    status: 400,
    sentence: ({ most = 255 }) => `An Idempotency-Key has at most ${most} characters.`,
  },
} as const satisfies Partial<Record<RefusalCode, Entry>>

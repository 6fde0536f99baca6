import type { RefusalCode } from '../../../base/refusal.ts'
import { problemType } from '../problem-types.ts'
import type { Entry } from './entry.ts'

/** What is said to an app when what it posts cannot be done. */
export const actSentences = {
  'act.redundant': {
    status: 400,
    sentence: 'That has been done already.',
    type: problemType('redundant-activity'),
    tells: ['duplicate'],
  },
  'act.not-an-actor': {
    status: 400,
    sentence: 'The object is no actor.',
    type: problemType('not-an-actor'),
  },
  'act.object-unknown': {
    status: 400,
    sentence: 'The object is not there, or not for you.',
    type: problemType('object-does-not-exist'),
  },
  'act.move': {
    status: 403,
    sentence:
      'The new account does not name this one among its aliases or has itself moved on, or this account has moved lately.',
    type: problemType('actor-not-authorized'),
  },
  'act.self': { status: 400, sentence: 'Nobody can do that to themselves.' },
  'act.not-pending': {
    status: 400,
    sentence: 'There is nothing of the kind that waits for your answer.',
    type: problemType('object-does-not-exist'),
  },
  'act.not-yours': {
    status: 403,
    sentence: 'That is not yours to change.',
    type: problemType('actor-not-authorized'),
  },
  'act.use-instead': {
    status: 400,
    sentence: ({ use = 'another activity' }) => `That is not undone but ended otherwise: use ${use}.`,
  },
  'act.widening': {
    status: 403,
    sentence: 'A post that is not for everyone cannot be shown to others.',
    type: problemType('actor-not-authorized'),
  },
  'collection.managed': {
    status: 403,
    sentence: 'This collection is kept by the server; what is in it follows from what you do.',
    type: problemType('actor-not-authorized'),
  },
  'collection.not-found': {
    status: 400,
    sentence: 'There is no such collection of yours.',
    type: problemType('object-does-not-exist'),
  },
  'collection.not-yours': {
    status: 403,
    sentence: 'That collection is not yours.',
    type: problemType('actor-not-authorized'),
  },
  'collection.too-large': {
    status: 422,
    sentence: ({ most = 1000 }) => `A collection begins with at most ${most} members; more are added later.`,
  },
  'collection.full': {
    status: 422,
    sentence: ({ most = 10_000 }) => `A collection has at most ${most} members.`,
    tells: ['most'],
  },
  'collection.too-many': {
    status: 422,
    sentence: ({ most = 200 }) => `An account has at most ${most} collections.`,
  },
} as const satisfies Partial<Record<RefusalCode, Entry>>

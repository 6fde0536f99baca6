import type { RefusalCode } from '../../../base/refusal.ts'
import { problemType } from '../problem-types.ts'
import { type Entry, missing } from './entry.ts'

const notTheirs = problemType('actor-not-authorized')

/** What is said when something cannot be posted, shown, answered or chosen. */
export const postSentences = {
  'post.empty': { status: 422, sentence: 'A post needs some text.' },
  'post.too-long': {
    status: 422,
    sentence: ({ limit = 500 }) => `A post has at most ${limit} characters.`,
  },
  'post.not-found': { status: 404, sentence: missing },
  'post.gone': { status: 410, sentence: 'This post has been deleted.' },
  'post.not-yours': { status: 403, sentence: 'Only its author can change a post.', type: notTheirs },
  'post.parent-not-found': { status: 422, sentence: 'The post to reply to is not there.' },
  'post.language': { status: 422, sentence: 'A language is a tag such as en or pt-BR.' },
  'post.unchanged': { status: 422, sentence: 'That is what the post says already.' },
  'reply.refused': {
    status: 403,
    sentence: 'Its author lets only certain people reply to this post.',
    type: notTheirs,
  },
  'reply.held': {
    status: 409,
    sentence: 'That reply waits for approval; it can be answered once it has it.',
  },
  'quote.not-found': { status: 422, sentence: 'The post to quote is not there.' },
  'quote.refused': {
    status: 403,
    sentence: 'Its author does not let this post be quoted.',
    type: notTheirs,
  },
  'like.refused': {
    status: 403,
    sentence: 'Its author lets only certain people like this post.',
    type: notTheirs,
  },
  'boost.refused': {
    status: 403,
    sentence: 'Its author lets only certain people boost this post.',
    type: notTheirs,
  },
  'approval.not-found': { status: 404, sentence: 'There is no such request.' },
  'approval.decided': { status: 409, sentence: 'That has been decided already.' },
  'poll.options': {
    status: 422,
    sentence: ({ most = 4, longest = 50 }) =>
      `A poll has 2 to ${most} different answers of at most ${longest} characters each.`,
  },
  'poll.expiry': { status: 422, sentence: 'A poll is open for five minutes at least and a month at most.' },
  'poll.not-found': { status: 404, sentence: missing },
  'poll.ended': { status: 422, sentence: 'The poll has already ended.' },
  'poll.own': { status: 422, sentence: 'Nobody votes in their own poll.' },
  'poll.voted': { status: 422, sentence: 'You have already voted on this poll.' },
  'poll.choice': { status: 422, sentence: 'The chosen vote option does not exist.' },
  'media.not-found': { status: 422, sentence: 'There is no such file of yours that waits to be posted.' },
  'media.too-many': {
    status: 422,
    sentence: ({ most = 20 }) => `A post holds at most ${most} files.`,
  },
  'media.unreadable': {
    status: 422,
    sentence:
      'That is no picture, film or sound that can be read here. PNG, JPEG, GIF, WebP, MP4, WebM, MP3 and Ogg files always can.',
  },
  'media.too-large': {
    status: 422,
    sentence: ({ limit = '' }) => `That file is too large${limit === '' ? '' : `; ${limit} MB are taken`}.`,
  },
  'media.description': {
    status: 422,
    sentence: ({ limit = 1500 }) => `A description has at most ${limit} characters.`,
  },
  'emoji.shortcode': {
    status: 422,
    sentence: 'A shortcode has 2 to 64 letters, digits or underscores, without colons.',
  },
  'emoji.not-found': { status: 404, sentence: 'There is no such emoji here.' },
  'boost.private': {
    status: 422,
    sentence: 'Only posts for everyone can be boosted, and your own for your followers.',
  },
  'reaction.emoji': { status: 422, sentence: 'A reaction is one emoji.' },
} as const satisfies Partial<Record<RefusalCode, Entry>>

import type { RefusalCode } from '../../../base/refusal.ts'
import { problemType } from '../problem-types.ts'
import type { Entry } from './entry.ts'

/** What is said to an app that cannot listen. */
export const streamSentences = {
  'stream.too-many': {
    status: 429,
    sentence: 'This app keeps too many streams open. Close one, and try again.',
    type: problemType('rate-limit-exceeded'),
  },
  'stream.message': {
    status: 400,
    sentence: 'This is no message that a stream understands: send {"type": "subscribe", "stream": "user"}.',
  },
  'stream.no-list': { status: 400, sentence: 'Missing list name parameter' },
  'stream.no-tag': { status: 400, sentence: 'Missing tag name parameter' },
  'stream.socket': {
    status: 426,
    sentence: 'Open a WebSocket here, or say which stream you want by ?stream=.',
  },
  'stream.unknown': { status: 400, sentence: 'Unknown stream type' },
  'stream.not-yours': {
    status: 403,
    sentence: 'Only whose list that is can listen to it.',
    type: problemType('principal-not-authorized'),
  },
  'stream.ticket': {
    status: 401,
    sentence: 'This ticket has been used, has run out, or is for another stream.',
    challenge: 'invalid_token',
  },
} as const satisfies Partial<Record<RefusalCode, Entry>>

import type { RefusalCode } from '../../../base/refusal.ts'
import type { Entry } from './entry.ts'

/** What is said of the fields of requests. */
export const paramSentences = {
  'params.invalid': {
    status: 422,
    sentence: ({ reason = 'a field is invalid' }) => `Validation failed: ${reason}`,
  },
  'params.unreadable': {
    status: 400,
    sentence: ({ reason = 'it is broken' }) => `The server does not understand this request: ${reason}.`,
  },
  'api.no-method': { status: 404, sentence: 'The API of this server has no such method.' },
  'api.unsupported': {
    status: 404,
    sentence: ({ what = 'This' }) => `${what} is not supported by this server.`,
  },
  'token.no-user': { status: 422, sentence: 'This method requires an authenticated user' },
} as const satisfies Partial<Record<RefusalCode, Entry>>

import type { RefusalCode } from '../../../base/refusal.ts'
import type { Entry } from './entry.ts'

/** What is said when an app describes itself badly, or asks for access in a way that cannot be answered. */
export const clientSentences = {
  'client.redirect': {
    status: 400,
    sentence: ({ reason = 'it is none' }) => `The app cannot be answered there: ${reason}.`,
  },
  'client.metadata': {
    status: 400,
    sentence: ({ reason = 'something is missing' }) => `The app does not describe itself well: ${reason}.`,
  },
  'client.unknown': {
    status: 400,
    sentence:
      'No app is known here by that client_id. If it was registered long ago, it has to register again.',
  },
  'client.document': {
    status: 400,
    sentence: ({ reason = 'it could not be read' }) => `The app’s own description is of no use: ${reason}.`,
  },
  'authorization.changed': {
    status: 409,
    sentence: 'What the app may ask for has changed since you were asked. Look at it once more.',
  },
  'authorization.nothing': {
    status: 422,
    sentence: 'Nothing is chosen. Choose what the app may do, or deny it access.',
  },
  'authorization.redirect': {
    status: 400,
    sentence:
      'The app wants to be answered at an address that it has not named before (redirect_uri). Nothing was sent there.',
  },
  'authorization.stale': {
    status: 400,
    sentence: 'This request has run out, or was answered already. Please go back to the app and start again.',
  },
} as const satisfies Partial<Record<RefusalCode, Entry>>

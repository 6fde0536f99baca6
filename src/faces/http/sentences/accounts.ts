import type { RefusalCode } from '../../../base/refusal.ts'
import { type Entry, missing } from './entry.ts'

/** What is said when somebody cannot be made, found or let in. */
export const accountSentences = {
  'account.name-invalid': {
    status: 422,
    sentence: 'A name has 1 to 30 letters, digits or underscores, without accents or spaces.',
  },
  'account.name-taken': { status: 422, sentence: 'That name is taken. Please choose another.' },
  'account.email-taken': { status: 422, sentence: 'Another account has that e-mail address.' },
  'account.email-invalid': { status: 422, sentence: 'An e-mail address looks like name@example.org.' },
  'account.owner-exists': { status: 422, sentence: 'This server has an owner already.' },
  'account.not-found': { status: 404, sentence: missing },
  'account.gone': { status: 410, sentence: 'This account has been deleted.' },
  'account.suspended': { status: 403, sentence: 'This account has been suspended.' },
  'account.not-local': { status: 422, sentence: 'That account lives on another server.' },
  'account.unreachable': { status: 422, sentence: 'The server of that account could not be reached.' },
  'handle.invalid': { status: 400, sentence: 'An address looks like name@example.social.' },
  'login.wrong': { status: 401, sentence: 'Name and password do not match. Please try again.' },
  'login.required': { status: 401, sentence: 'Please sign in first.' },
  'login.disabled': { status: 403, sentence: 'This account may not sign in.' },
  'password.too-short': {
    status: 422,
    sentence: ({ shortest = 8 }) => `A password has at least ${shortest} characters.`,
  },
  'password.too-long': {
    status: 422,
    sentence: ({ longest = 128 }) => `A password has at most ${longest} characters.`,
  },
  'password.too-common': {
    status: 422,
    sentence: 'That password is among the first that anybody would try. Please choose another.',
  },
  'setup.closed': {
    status: 410,
    sentence:
      'This link does not work, or not any more: it makes the owner of a server that has none, once. While there is none, the server prints the link each time it starts.',
  },
  'form.stale': {
    status: 403,
    sentence: 'This form is out of date. Please go back, load the page again, and send it once more.',
  },
  'form.cross-site': {
    status: 403,
    sentence: ({ origin }) =>
      origin === undefined
        ? 'This form came from another site.'
        : `This form did not come from ${origin}. Please open that address and try again.`,
  },
} as const satisfies Partial<Record<RefusalCode, Entry>>

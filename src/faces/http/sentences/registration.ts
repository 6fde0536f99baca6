import type { RefusalCode } from '../../../base/refusal.ts'
import type { Entry } from './entry.ts'

/** What is said to people who want to come in, and about letters to them. */
export const registrationSentences = {
  'account.not-waiting': { status: 422, sentence: 'Nobody of that name waits to be let in.' },
  'email.confirmed': { status: 403, sentence: 'There is no e-mail address that waits to be confirmed.' },
  'email.other-app': {
    status: 403,
    sentence: 'Only the app in which the account was made can ask for that.',
  },
  'invite.expiry': { status: 422, sentence: 'An invitation ends at some time in the future.' },
  'invite.not-found': { status: 404, sentence: 'There is no such invitation, or it holds no more.' },
  'invite.uses': {
    status: 422,
    sentence: ({ most = 100_000 }) => `An invitation is for a number of people from 1 to ${most}.`,
  },
  'link.over': {
    status: 410,
    sentence:
      'This link does not work, or not any more: it has run out, was used, or was cut short on its way.',
  },
  'login.unapproved': {
    status: 403,
    sentence: 'Your account waits for the people who run this server to approve it.',
  },
  'login.unconfirmed': {
    status: 403,
    sentence:
      'Your e-mail address is not confirmed yet. Please open the link that was sent there. If none has come, sign in again in ten minutes: that sends another.',
  },
  'mail.none': { status: 404, sentence: 'This server sends no e-mail.' },
  'registration.agreement': {
    status: 422,
    sentence: 'Please read the rules and terms, and agree to them.',
  },
  'registration.app-only': {
    status: 403,
    sentence: 'An account is made by an app as itself, not in the name of somebody.',
  },
  'registration.closed': { status: 403, sentence: 'There are no new accounts here at present.' },
  'registration.email-blocked': {
    status: 422,
    sentence: 'No account can be made with that e-mail address. Please give another.',
  },
  'registration.invite': {
    status: 403,
    sentence:
      'Accounts here are by invitation, and that invitation does not work, or not any more. Please ask whoever invited you for another.',
  },
  'registration.reason': {
    status: 422,
    sentence: 'Please say why you want to join: the people who run this server read it before they decide.',
  },
  'registration.reason-long': {
    status: 422,
    sentence: ({ most = 2000 }) => `Why you want to join has at most ${most} characters.`,
  },
  'registration.refused': { status: 403, sentence: 'No account can be made from where you are.' },
} as const satisfies Partial<Record<RefusalCode, Entry>>

import type { RefusalCode } from '../../../base/refusal.ts'
import { problemType } from '../problem-types.ts'
import type { Entry } from './entry.ts'

const because =
  (what: string) =>
  ({ reason }: Readonly<Record<string, string | number>>) =>
    reason === undefined ? `${what}.` : `${what}: ${reason}.`

/** What is said to apps that want a token, or whose token does not do. The `oauth.` codes are the errors of RFC 6749. */
export const grantSentences = {
  'token.missing': { status: 401, sentence: 'This is for apps that somebody let in: a token is needed.' },
  'token.invalid': {
    status: 401,
    challenge: 'invalid_token',
    sentence: 'The token does not hold: it has run out, was revoked, or never was one.',
  },
  'token.scope': {
    status: 403,
    challenge: 'insufficient_scope',
    type: problemType('client-not-authorized'),
    sentence: ({ scope }) =>
      scope === undefined
        ? 'The app was not allowed to do that.'
        : `The app was not allowed to do that: it takes ${String(scope).replaceAll(' ', ' or ')}.`,
  },
  'token.proof': {
    status: 401,
    challenge: 'invalid_dpop_proof',
    sentence: because('The token is bound to a key, and that was not proven'),
  },
  'token.nonce': {
    status: 401,
    challenge: 'use_dpop_nonce',
    sentence: 'The proof needs the nonce that stands in the header DPoP-Nonce.',
  },
  'oauth.invalid-request': { status: 400, sentence: because('The request cannot be understood') },
  'oauth.invalid-client': { status: 401, sentence: because('The app could not prove who it is') },
  'oauth.invalid-grant': { status: 400, sentence: because('That gives no right to a token') },
  'oauth.unauthorized-client': { status: 400, sentence: 'The app may not ask for a token in this way.' },
  'oauth.unsupported-grant-type': { status: 400, sentence: 'Tokens are not given in exchange for that.' },
  'oauth.unsupported-token-type': { status: 400, sentence: 'There are no tokens of that type here.' },
  'oauth.invalid-scope': { status: 400, sentence: because('That is more than was granted') },
  'oauth.invalid-dpop-proof': { status: 400, sentence: because('The proof of the key does not hold') },
  'oauth.use-dpop-nonce': {
    status: 400,
    sentence: 'The proof needs the nonce that stands in the header DPoP-Nonce.',
  },
} as const satisfies Partial<Record<RefusalCode, Entry>>

import type { Request } from 'express'
import { challengeFor } from '../http/challenge.ts'
import type { Answer, AnswerWriter } from '../http/errors.ts'

/** The refusals of other rooms that have a name of their own among the errors of OAuth. */
const named: Readonly<Record<string, string>> = {
  'client.unknown': 'invalid_client',
  'client.document': 'invalid_client',
  'client.metadata': 'invalid_client_metadata',
  'client.redirect': 'invalid_redirect_uri',
  'token.missing': 'invalid_token',
  'token.invalid': 'invalid_token',
  'token.scope': 'insufficient_scope',
  'token.proof': 'invalid_dpop_proof',
  'token.nonce': 'use_dpop_nonce',
  'request.too-many': 'temporarily_unavailable',
  busy: 'temporarily_unavailable',
  internal: 'server_error',
}

/** RFC 6749 §5.2, for all that apps ask of the authorization server themselves. */
export function asOAuthError(origin: string): AnswerWriter {
  return (req, res, answer) => {
    const error = errorOf(answer)
    if (error === 'invalid_client') res.status(401)
    if (res.statusCode === 401) res.setHeader('WWW-Authenticate', challengeOf(req, answer, error, origin))
    res.json({ error, error_description: plain(answer.sentence), reference: answer.reference })
  }
}

function challengeOf(
  req: Request,
  { code, challenge, details }: Answer,
  error: string,
  origin: string,
): string {
  if (code.startsWith('token.'))
    return challengeFor(challenge, details ?? {}, new URL(req.originalUrl, origin))
  // Only who came with Basic is told of it: a browser would ask somebody for a name and a password.
  const byBasic = /^basic /i.test(req.headers.authorization ?? '')
  return byBasic ? 'Basic realm="oauth"' : `Bearer error="${error}"`
}

function errorOf({ code, status }: Answer): string {
  const known = named[code]
  if (known !== undefined) return known
  if (code.startsWith('oauth.')) return code.slice('oauth.'.length).replaceAll('-', '_')
  return status >= 500 ? 'server_error' : 'invalid_request'
}

/** An error_description is plain ASCII without quotes (RFC 6749 §5.2). */
function plain(sentence: string): string {
  return sentence.replaceAll('’', "'").replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?')
}

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
    const challenge = challengeOf(req, answer, origin)
    if (res.statusCode === 401 && challenge !== undefined) res.setHeader('WWW-Authenticate', challenge)
    res.json({ error, error_description: plain(answer.sentence), reference: answer.reference })
  }
}

/**
 * Who came with a header is told of it. Who named itself in the body reads the error there (RFC 6749 §5.2): libraries look
 * at a challenge first, and would not see that the app has to register anew.
 */
function challengeOf(req: Request, { code, challenge, details }: Answer, origin: string): string | undefined {
  if (code.startsWith('token.'))
    return challengeFor(challenge, details ?? {}, new URL(req.originalUrl, origin))
  return /^basic /i.test(req.headers.authorization ?? '') ? 'Basic realm="oauth"' : undefined
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

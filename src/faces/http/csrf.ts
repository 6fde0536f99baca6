import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { refuse } from '../../base/refusal.ts'
import { cookieName, cookieOf, giveCookie, sessionTokenOf } from './sessions.ts'

export interface FormParts {
  readonly config: { readonly origin: string; readonly secret: { reveal(): string } }
}

const FORM_COOKIE = 'weft-form'
/** What a browser without one gets with this answer, so that all forms on one page agree. */
const given = new WeakMap<Response, string>()
/** The field in which a form carries its token. */
export const FORM_FIELD = 'csrf'

/**
 * The token that a form must bring back: bound to the session, or to a cookie of its own for somebody who is not
 * signed in, so that nobody can be signed in as somebody else either. Set before the page is sent.
 */
export function formToken(parts: FormParts, req: Request, res: Response): string {
  const known = bindingOf(parts, req) ?? given.get(res)
  if (known !== undefined) return tokenFor(parts, known)
  const binding = randomBytes(18).toString('base64url')
  given.set(res, binding)
  giveCookie(res, parts.config.origin, FORM_COOKIE, binding)
  return tokenFor(parts, binding)
}

/**
 * Lets a form through that came from our own page: the browser says so (`Sec-Fetch-Site`, or `Origin` where it sends
 * no Fetch Metadata), and the form knows its token. Comes after the body's reader.
 * @throws Refusal `form.cross-site` | `form.stale`
 */
export function checkForm(parts: FormParts): RequestHandler {
  return (req, _res, next) => {
    const { origin } = parts.config
    const site = req.get('sec-fetch-site')
    const from = req.get('origin')
    if (site !== undefined ? site !== 'same-origin' : from !== undefined && from !== origin) {
      refuse('form.cross-site', { origin })
    }
    const binding = bindingOf(parts, req)
    const brought: unknown = (req.body as Record<string, unknown> | undefined)?.[FORM_FIELD]
    if (binding === undefined || typeof brought !== 'string' || !same(brought, tokenFor(parts, binding))) {
      refuse('form.stale')
    }
    next()
  }
}

function bindingOf({ config }: FormParts, req: Request): string | undefined {
  const token = sessionTokenOf(req)
  if (token !== undefined) return `session ${token}`
  const cookie = cookieOf(req, cookieName(config.origin, FORM_COOKIE))
  return cookie || undefined
}

function tokenFor({ config }: FormParts, binding: string): string {
  return createHmac('sha256', config.secret.reveal())
    .update(`weft form token, version 1\n${binding}`)
    .digest('base64url')
}

function same(given: string, expected: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(expected)
  return a.length === b.length && timingSafeEqual(a, b)
}

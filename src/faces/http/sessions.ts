import { parseCookie, stringifySetCookie } from 'cookie'
import type { Request, RequestHandler, Response } from 'express'
import { refuse } from '../../base/refusal.ts'
import { findSession, type Session } from '../../domain/accounts/session.ts'
import type { World } from '../../domain/world.ts'

/** Browsers keep a cookie for 400 days at most; how long a session lives is decided here, not there. */
const COOKIE_SECONDS = 400 * 24 * 60 * 60

interface Visit {
  readonly session: Session
  readonly token: string
}

const visits = new WeakMap<Request, Visit>()

export interface SessionParts extends Pick<World, 'db' | 'clock' | 'limits'> {
  readonly config: { readonly origin: string }
}

/** Finds out who is asking, by the session cookie. Costs nothing when there is none. */
export function readSession(parts: SessionParts): RequestHandler {
  const name = cookieName(parts.config.origin, 'weft')
  return async (req, _res, next) => {
    const token = cookieOf(req, name)
    const session = token === undefined ? undefined : await findSession(parts, token)
    if (session && token !== undefined) visits.set(req, { session, token })
    next()
  }
}

/** Who is signed in, if anybody is. */
export function sessionOf(req: Request): Session | undefined {
  return visits.get(req)?.session
}

/** The token of the session in which this request was made; for ending it and for binding forms to it. */
export function sessionTokenOf(req: Request): string | undefined {
  return visits.get(req)?.token
}

export function requireSession(req: Request): Session {
  return sessionOf(req) ?? refuse('login.required')
}

/** Hands the visitor the token of a new session, in place of any earlier one. */
export function giveSession(res: Response, origin: string, token: string): void {
  giveCookie(res, origin, 'weft', token, COOKIE_SECONDS)
}

export function takeSession(res: Response, origin: string): void {
  giveCookie(res, origin, 'weft', '', 0)
}

/**
 * Sets a cookie that scripts cannot read and that other sites' forms do not bring along. Over https it is bound to
 * this host and to https by its name (`__Host-`, RFC 6265bis); browsers refuse that name over http.
 * @param seconds 0 removes it; left out, it goes when the browser closes
 */
export function giveCookie(
  res: Response,
  origin: string,
  name: string,
  value: string,
  seconds?: number,
): void {
  const cookie = stringifySetCookie({
    name: cookieName(origin, name),
    value,
    path: '/',
    httpOnly: true,
    secure: isSecure(origin),
    sameSite: 'lax',
    ...(seconds !== undefined && { maxAge: seconds }),
  })
  res.append('Set-Cookie', cookie)
}

export function cookieOf(req: Request, fullName: string): string | undefined {
  const header = req.headers.cookie
  return header === undefined ? undefined : parseCookie(header)[fullName]
}

/** The whole name under which a cookie of ours travels. */
export function cookieName(origin: string, name: string): string {
  return isSecure(origin) ? `__Host-${name}` : name
}

function isSecure(origin: string): boolean {
  return origin.startsWith('https:')
}

import type { ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import { refuse } from '../../base/refusal.ts'
import { wishFrom } from './negotiate.ts'

/** What a page of another site may read of an answer beside its body. */
const EXPOSED =
  'Location, Link, ETag, WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy, DPoP-Nonce, Last-Modified'
const ASKED =
  'Authorization, Content-Type, Accept, DPoP, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Signature, Signature-Input, Date'
const METHODS = 'GET, HEAD, POST, OPTIONS'
/** A day, though browsers cut it to two hours at most. */
const MAX_AGE = '86400'

/** The same as headers, for an answer whose bytes are kept ready. */
export const OPEN_TO_ALL: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': EXPOSED,
}

/**
 * Lets the pages of every site read an answer. Never with credentials: a cookie counts for nothing where this is said,
 * and an app that has a token sends it itself.
 */
export function openToAll(res: ServerResponse): void {
  for (const [name, value] of Object.entries(OPEN_TO_ALL)) res.setHeader(name, value)
}

/** What can be done at an address; HEAD where there is GET, and OPTIONS everywhere. */
export type Method = 'GET' | 'POST' | 'DELETE' | 'PUT'

export function allowOf(methods: readonly Method[]): string {
  return [...methods.flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : [each])), 'OPTIONS'].join(', ')
}

/** Answers OPTIONS, a preflight or not: 204. */
export function answerOptions(res: ServerResponse, methods: readonly Method[]): void {
  openToAll(res)
  res.writeHead(204, {
    Allow: allowOf(methods),
    'Access-Control-Allow-Methods': methods.some((each) => each === 'DELETE' || each === 'PUT')
      ? allowOf(methods)
      : METHODS,
    'Access-Control-Allow-Headers': ASKED,
    'Access-Control-Max-Age': MAX_AGE,
  })
  res.end()
}

/**
 * Stands before the routes of one address: opens them to the pages of every site, answers OPTIONS, and refuses what
 * cannot be done there with 405 and `Allow`. What it lets through is one of the methods.
 */
export function crossOrigin(...methods: readonly Method[]): RequestHandler {
  const allow = allowOf(methods)
  const known = new Set(allow.split(', '))
  return (req, res, next) => {
    openToAll(res)
    if (req.method === 'OPTIONS') return answerOptions(res, methods)
    if (!known.has(req.method)) {
      res.setHeader('Allow', allow)
      refuse('request.method')
    }
    next()
  }
}

/** Opens what programs read and write, whoever answers it, before anything can go wrong; pages stay shut. */
export const openPrograms: RequestHandler = (req, res, next) => {
  if (req.path.startsWith('/ap/') && !isForPeople(req.method, req.headers.accept)) openToAll(res)
  next()
}

/** Whether a request for something below `/ap/` is for its page: only who asks for one gets it. */
export function isForPeople(method: string, accept: string | undefined): boolean {
  return (method === 'GET' || method === 'HEAD') && wishFrom(accept) === 'html'
}

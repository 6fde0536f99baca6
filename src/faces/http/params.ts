import { parse } from 'node:querystring'
import express, { type Request, type RequestHandler } from 'express'
import type { z } from 'zod'
import { refuse } from '../../base/refusal.ts'

const LONGEST_URL = 4096
/** What an app wants, with all its scopes; it is kept at once, and no address after it is as long. */
const LONGEST_REQUEST = 12_288
const MOST_KEYS = 100
const LARGEST_FORM = '64kb'

/**
 * Refuses addresses that nobody who means well sends: over 4 KB (12 KB where an app asks to be let in), over 100 query
 * keys, with NUL in them, or that do not decode. Comes before every route that reads an address.
 */
export const checkUrl: RequestHandler = (req, _res, next) => {
  const url = req.originalUrl
  const longest = url.startsWith('/oauth/authorize?') ? LONGEST_REQUEST : LONGEST_URL
  if (url.length > longest) refuse('request.url-too-long')
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  if (!isClean(decoded(path))) refuse('request.invalid')
  if (mark !== -1) {
    const query = url.slice(mark + 1)
    if (query.split('&').length > MOST_KEYS) refuse('request.invalid')
    if (query.includes('%00')) refuse('request.invalid')
  }
  next()
}

/** One value of the query; undefined when it is not there, refused when it is there more than once. */
export function queryValue(req: Request, name: string): string | undefined {
  const mark = req.originalUrl.indexOf('?')
  // Flat on purpose: `a[b]=c` is a key with brackets in it, never an object.
  const value = mark === -1 ? undefined : parse(req.originalUrl.slice(mark + 1))[name]
  if (Array.isArray(value)) return refuse('request.invalid')
  return value
}

/** Reads `application/x-www-form-urlencoded` bodies, flat, up to 64 KB and 100 fields. */
export const formBody: RequestHandler = express.urlencoded({
  extended: false,
  limit: LARGEST_FORM,
  parameterLimit: MOST_KEYS,
})

/**
 * The fields of a form by a schema; unknown ones are dropped.
 * @throws Refusal `request.media-type` for another kind of body, `request.invalid` when a field is missing, is there
 *   twice, or holds NUL or half a surrogate pair
 */
export function readForm<Schema extends z.ZodType>(req: Request, schema: Schema): z.output<Schema> {
  const body: unknown = req.body
  if (typeof body !== 'object' || body === null) return refuse('request.media-type')
  if (!Object.values(body).every((value) => typeof value === 'string' && isClean(value))) {
    refuse('request.invalid')
  }
  const read = schema.safeParse(body)
  return read.success ? read.data : refuse('request.invalid')
}

function isClean(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return refuse('request.invalid')
  }
}

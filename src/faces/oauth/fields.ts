import express, { type Request, type RequestHandler, type Response } from 'express'
import { refuse } from '../../base/refusal.ts'
import { readMultipart } from '../http/form-files.ts'
import { formBody } from '../http/params.ts'

/** The fields of a request, each there once; one without a value is not there (RFC 6749 §3.2). */
export type Fields = Readonly<Partial<Record<string, string>>>

const jsonBody = express.json({ limit: '64kb', type: ['application/json'] })

/** Reads forms, and JSON for the apps that send it. */
export const readBody: readonly RequestHandler[] = [formBody, jsonBody]

const loose = new WeakSet<Request>()

/** The same for apps of the Mastodon API: forms of several parts too, and the address where there is no body at all. */
export const readLooseBody: readonly RequestHandler[] = [
  ...readBody,
  async (req, _res, next) => {
    if (req.body === undefined) {
      const isMultipart = /^multipart\/form-data\b/i.test(req.headers['content-type'] ?? '')
      const pairs = isMultipart ? (await readMultipart(req, undefined)).pairs : queryOf(req)
      const fields: Record<string, unknown> = {}
      for (const [name, value] of pairs) fields[name] = name in fields ? [fields[name], value] : value
      loose.add(req)
      if (pairs.length > 0) req.body = fields
    }
    next()
  },
]

function queryOf(req: Request): readonly (readonly [string, string])[] {
  const mark = req.originalUrl.indexOf('?')
  return mark === -1 ? [] : [...new URLSearchParams(req.originalUrl.slice(mark + 1))]
}

/** Whether it came as the form that OAuth 2.1 asks for. */
export function isForm(req: Request): boolean {
  return !isJson(req) && !loose.has(req)
}

/** @throws Refusal 'oauth.invalid-request' for another kind of body, and for a field that is there twice or is no text */
export function fieldsOf(req: Request): Fields {
  const body: unknown = req.body
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refuse('oauth.invalid-request', { reason: 'the body is not application/x-www-form-urlencoded' })
  }
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(body)) {
    // What the tokens are for may be said more than once (RFC 8707); it is all here.
    if (value === null || value === '' || name === 'resource') continue
    if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed()) {
      refuse('oauth.invalid-request', { reason: 'a field is no text, or there twice' })
    }
    fields[name] = value
  }
  return fields
}

export function isJson(req: Request): boolean {
  return Boolean(req.is('application/json'))
}

/** What is answered is for the one who asked, once. */
export function answerOnce(res: Response, value: unknown): void {
  res.setHeader('Cache-Control', 'no-store')
  res.json(value)
}

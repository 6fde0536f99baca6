import express, { type Request, type RequestHandler, type Response } from 'express'
import { refuse } from '../../base/refusal.ts'
import { formBody } from '../http/params.ts'

/** The fields of a request, each there once; one without a value is not there (RFC 6749 §3.2). */
export type Fields = Readonly<Partial<Record<string, string>>>

const jsonBody = express.json({ limit: '64kb', type: ['application/json'] })

/** Reads forms, and JSON for the apps that send it. */
export const readBody: readonly RequestHandler[] = [formBody, jsonBody]

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

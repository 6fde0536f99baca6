import { type Request, type RequestHandler, Router } from 'express'
import { refuse } from '../../base/refusal.ts'
import type { JsonRecord } from '../../domain/grants/client.ts'
import { registerClient } from '../../domain/grants/register-client.ts'
import { crossOrigin } from '../http/cors.ts'
import type { Limits } from '../http/limits.ts'
import { answerOnce, isJson, readBody } from './fields.ts'
import type { OAuthParts } from './parts.ts'

/** `POST /oauth/register`: an app makes itself known (RFC 7591). Anybody may; what nobody lets in is soon forgotten. */
export function registerRoute({ world }: OAuthParts, limits: Limits): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true })
  router.all(
    '/oauth/register',
    crossOrigin('POST'),
    limits.limit('register'),
    ...readBody,
    async (req, res) => {
      const { id, secret, registeredAt, metadata } = await registerClient(world, metadataOf(req))
      res.status(201)
      answerOnce(res, {
        client_id: id,
        client_id_issued_at: Math.floor(registeredAt.getTime() / 1000),
        ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
        ...metadata,
      })
    },
  )
  return router
}

/** JSON as the RFC has it; some libraries try again with a form. */
function metadataOf(req: Request): JsonRecord {
  const body: unknown = req.body
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refuse('client.metadata', { reason: 'it is a JSON object' })
  }
  return isJson(req) ? (body as JsonRecord) : metadataFrom(body as JsonRecord)
}

const LISTS = ['redirect_uris', 'grant_types', 'response_types', 'contacts']

/** A list in a form is a field that is there several times, JSON, or texts with space between them. */
function metadataFrom(form: JsonRecord): JsonRecord {
  const entries = Object.entries(form).map(([key, value]): [string, unknown] => {
    const name = key.replace(/\[\d*\]$/, '')
    if (LISTS.includes(name)) return [name, listFrom(value)]
    if (name === 'jwks') return [name, typeof value === 'string' ? jsonFrom(value) : value]
    if (name === 'dpop_bound_access_tokens') return [name, value === 'true']
    return [name, value]
  })
  return Object.fromEntries(entries)
}

function listFrom(value: unknown): unknown {
  if (typeof value !== 'string') return value
  return value.startsWith('[') ? jsonFrom(value) : value.split(/\s+/).filter(Boolean)
}

function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return refuse('client.metadata', { reason: 'what begins like JSON is none' })
  }
}

import { randomBytes } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, Request, Response } from 'express'
import type { Log } from '../../base/log.ts'
import { Refusal, type RefusalCode } from '../../base/refusal.ts'
import { Transient } from '../../base/transient.ts'
import { challengeFor } from './challenge.ts'
import { titleOf } from './problem-types.ts'
import { accountSentences } from './sentences/accounts.ts'
import { actSentences } from './sentences/acts.ts'
import { clientSentences } from './sentences/clients.ts'
import type { Details, Entry } from './sentences/entry.ts'
import { grantSentences } from './sentences/grants.ts'
import { inboxSentences } from './sentences/inboxes.ts'
import { lifecycleSentences } from './sentences/lifecycle.ts'
import { moderationSentences } from './sentences/moderation.ts'
import { outboxSentences } from './sentences/outbox.ts'
import { paramSentences } from './sentences/params.ts'
import { postSentences } from './sentences/posts.ts'
import { pushSentences } from './sentences/push.ts'
import { readSentences } from './sentences/reads.ts'
import { registrationSentences } from './sentences/registration.ts'
import { relationSentences } from './sentences/relations.ts'
import { requestSentences } from './sentences/requests.ts'
import { scheduledSentences } from './sentences/scheduled.ts'
import { securitySentences } from './sentences/security.ts'
import { streamSentences } from './sentences/streams.ts'
import { timelineSentences } from './sentences/timelines.ts'
import { uploadSentences } from './sentences/uploads.ts'

/** Every expected "no" with its HTTP status and its sentence for people. */
const entries: Readonly<Record<RefusalCode, Entry>> = {
  ...accountSentences,
  ...actSentences,
  ...clientSentences,
  ...grantSentences,
  ...inboxSentences,
  ...lifecycleSentences,
  ...moderationSentences,
  ...outboxSentences,
  ...paramSentences,
  ...postSentences,
  ...pushSentences,
  ...readSentences,
  ...registrationSentences,
  ...relationSentences,
  ...requestSentences,
  ...scheduledSentences,
  ...securitySentences,
  ...streamSentences,
  ...timelineSentences,
  ...uploadSentences,
}

const unexpected =
  'Something went wrong on our side. If it happens again, please tell the people who run this server.'

/** What is said to whoever asked, before a face puts it into its own form. */
export interface Answer {
  readonly status: number
  /** a RefusalCode, or `internal` */
  readonly code: RefusalCode | 'internal'
  readonly sentence: string
  readonly retryAfterSeconds?: number
  readonly type?: string
  /** what machines are told beside the sentence */
  readonly more?: Details
  readonly details?: Details
  readonly challenge?: Entry['challenge']
  /** stands beside the cause in the log; only where the cause is ours */
  readonly reference?: string
}

/**
 * Turns whatever was thrown into an answer. A Refusal has its own; what Express and its body readers refuse becomes
 * the nearest code; a database that cannot be reached is 503; everything else is 500 with a reference and no more.
 */
export function answerFrom(error: unknown): Answer {
  if (error instanceof Refusal) return answerFor(error.code, error.details)
  if (error instanceof Transient)
    return answerFor('busy', { retryAfterSeconds: error.retryAfterSeconds ?? 10 })
  const code = codeOfHttpError(error)
  if (code) return answerFor(code)
  if (isUnavailable(error)) return { ...answerFor('busy'), reference: newReference() }
  return { status: 500, code: 'internal', sentence: unexpected, reference: newReference() }
}

export function answerFor(code: RefusalCode, details: Details = {}): Answer {
  const { status, sentence, type, tells, challenge }: Entry = entries[code]
  const wait = details.retryAfterSeconds ?? (code === 'busy' ? 5 : undefined)
  return {
    status,
    code,
    sentence: typeof sentence === 'string' ? sentence : sentence(details),
    ...(wait !== undefined && { retryAfterSeconds: Math.max(1, Math.ceil(Number(wait))) }),
    ...(type !== undefined && { type }),
    ...(tells !== undefined && { more: told(details, tells) }),
    ...((status === 401 || challenge !== undefined) && { challenge: challenge ?? 'missing', details }),
  }
}

function told(details: Details, names: readonly string[]): Details {
  return Object.fromEntries(Object.entries(details).filter(([name]) => names.includes(name)))
}

/** What a refusal says to people, wherever it is said. */
export function sentenceFor(refusal: Refusal): string {
  return answerFor(refusal.code, refusal.details).sentence
}

/** Puts an answer into the form of a face: a page, a problem document, Mastodon's `{ error }`. */
export type AnswerWriter = (req: Request, res: Response, answer: Answer) => void

/**
 * The last handler of a face: answers what its routes threw. Causes that are ours are logged with their reference and
 * never shown, the address without its query. An answer that was already under way is cut off.
 */
export function answerErrors(log: Log, write: AnswerWriter): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    const answer = answerFrom(error)
    if (answer.reference !== undefined) {
      const { reference, status } = answer
      log.error('{method} {path} was answered {status}, reference {reference}: {error}', {
        method: req.method,
        path: req.path,
        status,
        reference,
        error,
      })
    }
    if (res.headersSent) {
      req.socket.destroy()
      return
    }
    for (const name of ['Content-Type', 'ETag', 'Last-Modified', 'Link']) res.removeHeader(name)
    res.setHeader('Cache-Control', 'no-store')
    if (answer.retryAfterSeconds !== undefined) res.setHeader('Retry-After', answer.retryAfterSeconds)
    write(req, res.status(answer.status), answer)
  }
}

/** RFC 9457, for ActivityPub and administration. */
export const asProblem: AnswerWriter = (_req, res, answer) => {
  const { status, code, sentence, reference, type = 'about:blank', more } = answer
  res.type('application/problem+json')
  const title = titleOf(type) ?? STATUS_CODES[status]
  res.send(JSON.stringify({ type, title, status, detail: sentence, code, reference, ...more }))
}

/** The same where a token is the way in: says how to get one, or what is wrong with this one. */
export function asProblemAt(origin: string): AnswerWriter {
  return (req, res, answer) => {
    const { challenge, details = {} } = answer
    if (challenge !== undefined)
      res.setHeader(
        'WWW-Authenticate',
        challengeFor(challenge, details, new URL(req.originalUrl.replace(/^[\\/]*/, '/'), origin)),
      )
    asProblem(req, res, answer)
  }
}

/** Express, its router and its body readers throw errors with a `status`; each has the code that says the same. */
function codeOfHttpError(error: unknown): RefusalCode | undefined {
  const status = (error as { status?: unknown } | null)?.status
  if (typeof status !== 'number' || status < 400 || status > 499) return undefined
  if (status === 404) return 'not-found'
  if (status === 413) return 'request.too-large'
  if (status === 415) return 'request.media-type'
  return 'request.invalid'
}

/** Connection refused, lost or exhausted (SQLSTATE classes 08 and 53, 57P0x), as `pg` and Node report it. */
function isUnavailable(error: unknown): boolean {
  const { code, syscall, message } = (error ?? {}) as { code?: unknown; syscall?: unknown; message?: unknown }
  if (syscall === 'connect') return true
  if (typeof code === 'string') return /^(?:(?:08|53)\w{3}|57P0\d|ECONNRESET|EPIPE)$/.test(code)
  return typeof message === 'string' && LOST_CONNECTION.test(message)
}

const LOST_CONNECTION =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/

function newReference(): string {
  return randomBytes(5).toString('hex')
}

import { randomBytes } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, Request, Response } from 'express'
import type { Log } from '../../base/log.ts'
import { Refusal, type RefusalCode } from '../../base/refusal.ts'
import { Transient } from '../../base/transient.ts'
import type { Details, Entry } from './sentences/entry.ts'
import { lifecycleSentences } from './sentences/lifecycle.ts'

const missing = 'There is nothing here, or it is not for everyone.'

/** Every expected "no" with its HTTP status and its sentence for people. */
const entries: Readonly<Record<RefusalCode, Entry>> = {
  ...lifecycleSentences,
  'account.name-invalid': {
    status: 422,
    sentence: 'A name has 1 to 30 letters, digits or underscores, without accents or spaces.',
  },
  'account.name-taken': { status: 422, sentence: 'That name is taken. Please choose another.' },
  'account.email-taken': { status: 422, sentence: 'Another account has that e-mail address.' },
  'account.owner-exists': { status: 422, sentence: 'This server has an owner already.' },
  'account.not-found': { status: 404, sentence: missing },
  'account.gone': { status: 410, sentence: 'This account has been deleted.' },
  'account.suspended': { status: 403, sentence: 'This account has been suspended.' },
  'account.not-local': { status: 422, sentence: 'That account lives on another server.' },
  'account.unreachable': { status: 422, sentence: 'The server of that account could not be reached.' },
  'handle.invalid': { status: 400, sentence: 'An address looks like name@example.social.' },
  'login.wrong': { status: 401, sentence: 'Name and password do not match. Please try again.' },
  'login.required': { status: 401, sentence: 'Please sign in first.' },
  'login.disabled': { status: 403, sentence: 'This account may not sign in.' },
  'password.too-short': {
    status: 422,
    sentence: ({ shortest = 8 }) => `A password has at least ${shortest} characters.`,
  },
  'password.too-long': {
    status: 422,
    sentence: ({ longest = 128 }) => `A password has at most ${longest} characters.`,
  },
  'password.too-common': {
    status: 422,
    sentence: 'That password is among the first that anybody would try. Please choose another.',
  },
  'setup.closed': {
    status: 410,
    sentence:
      'This link does not work, or not any more: it makes the owner of a server that has none, once. While there is none, the server prints the link each time it starts.',
  },
  'form.stale': {
    status: 403,
    sentence: 'This form is out of date. Please go back, load the page again, and send it once more.',
  },
  'form.cross-site': {
    status: 403,
    sentence: ({ origin }) =>
      origin === undefined
        ? 'This form came from another site.'
        : `This form did not come from ${origin}. Please open that address and try again.`,
  },
  'post.empty': { status: 422, sentence: 'A post needs some text.' },
  'post.too-long': {
    status: 422,
    sentence: ({ limit = 500 }) => `A post has at most ${limit} characters.`,
  },
  'post.not-found': { status: 404, sentence: missing },
  'post.gone': { status: 410, sentence: 'This post has been deleted.' },
  'post.not-yours': { status: 403, sentence: 'Only its author can change a post.' },
  'post.parent-not-found': { status: 422, sentence: 'The post to reply to is not there.' },
  'post.unchanged': { status: 422, sentence: 'That is what the post says already.' },
  'reply.refused': { status: 403, sentence: 'Its author lets only certain people reply to this post.' },
  'reply.held': {
    status: 409,
    sentence: 'That reply waits for approval; it can be answered once it has it.',
  },
  'quote.not-found': { status: 422, sentence: 'The post to quote is not there.' },
  'quote.refused': { status: 403, sentence: 'Its author does not let this post be quoted.' },
  'like.refused': { status: 403, sentence: 'Its author lets only certain people like this post.' },
  'boost.refused': { status: 403, sentence: 'Its author lets only certain people boost this post.' },
  'approval.not-found': { status: 404, sentence: 'There is no such request.' },
  'approval.decided': { status: 409, sentence: 'That has been decided already.' },
  'poll.options': {
    status: 422,
    sentence: ({ most = 4, longest = 50 }) =>
      `A poll has 2 to ${most} different answers of at most ${longest} characters each.`,
  },
  'poll.expiry': { status: 422, sentence: 'A poll is open for five minutes at least and a month at most.' },
  'poll.not-found': { status: 404, sentence: missing },
  'poll.ended': { status: 422, sentence: 'The poll has already ended.' },
  'poll.own': { status: 422, sentence: 'Nobody votes in their own poll.' },
  'poll.voted': { status: 422, sentence: 'You have already voted on this poll.' },
  'poll.choice': { status: 422, sentence: 'The chosen vote option does not exist.' },
  'media.not-found': { status: 422, sentence: 'There is no such file of yours that waits to be posted.' },
  'media.too-many': {
    status: 422,
    sentence: ({ most = 20 }) => `A post holds at most ${most} files.`,
  },
  'media.unreadable': {
    status: 422,
    sentence:
      'Only PNG, JPEG, GIF, WebP, MP4, WebM, MP3 and Ogg files can be posted, and this is none that can be read.',
  },
  'media.too-large': {
    status: 422,
    sentence: ({ limit = '' }) => `That file is too large${limit === '' ? '' : `; ${limit} MB are taken`}.`,
  },
  'media.description': {
    status: 422,
    sentence: ({ limit = 1500 }) => `A description has at most ${limit} characters.`,
  },
  'emoji.shortcode': {
    status: 422,
    sentence: 'A shortcode has 2 to 64 letters, digits or underscores, without colons.',
  },
  'emoji.not-found': { status: 404, sentence: 'There is no such emoji here.' },
  'boost.private': {
    status: 422,
    sentence: 'Only posts for everyone can be boosted, and your own for your followers.',
  },
  'reaction.emoji': { status: 422, sentence: 'A reaction is one emoji.' },
  'follow.self': { status: 422, sentence: 'An account cannot follow itself.' },
  'follow.blocked': { status: 403, sentence: 'A block stands between the two accounts.' },
  'block.self': { status: 422, sentence: 'An account cannot be kept apart from itself.' },
  'block.not-found': { status: 404, sentence: 'That account is not blocked.' },
  'mute.duration': { status: 422, sentence: 'A mute lasts between a second and ten years.' },
  'mute.not-found': { status: 404, sentence: 'That account is not muted.' },
  'domain.invalid': {
    status: 422,
    sentence: 'A domain looks like example.social, and it cannot be the one of this server.',
  },
  'domain.not-blocked': { status: 404, sentence: 'That domain is not blocked.' },
  'report.empty': { status: 422, sentence: 'A report names an account that is known here.' },
  'report.too-long': {
    status: 422,
    sentence: ({ limit = 5000 }) => `A report has at most ${limit} characters.`,
  },
  'report.not-found': { status: 404, sentence: 'There is no such report.' },
  'account.not-restricted': { status: 422, sentence: 'Nothing of the kind holds that account down.' },
  'follow.not-found': { status: 404, sentence: 'There is no such follow.' },
  'cursor.invalid': { status: 400, sentence: 'That is not a page of this list.' },
  'request.invalid': { status: 400, sentence: 'The server does not understand this request.' },
  'request.too-large': { status: 413, sentence: 'That is more than the server takes at once.' },
  'request.url-too-long': { status: 414, sentence: 'That address is too long.' },
  'request.media-type': { status: 415, sentence: 'The server does not read this kind of content.' },
  'request.misdirected': { status: 421, sentence: 'This request was meant for another server.' },
  'request.method': { status: 405, sentence: 'That cannot be done with this address.' },
  'request.too-many': {
    status: 429,
    sentence: ({ retryAfterSeconds }) =>
      `Too many attempts. Please wait ${waitFor(Number(retryAfterSeconds ?? 60))} and try again.`,
  },
  'signature.missing': { status: 401, sentence: 'This request must be signed.' },
  'signature.invalid': { status: 401, sentence: 'The signature of this request does not hold.' },
  'signature.key-unavailable': {
    status: 401,
    sentence: 'The key of this signature could not be had from its owner.',
  },
  'host.blocked': { status: 403, sentence: 'This server does not talk with yours.' },
  'remote.not-found': { status: 404, sentence: 'The other server knows nothing of that.' },
  'remote.gone': { status: 410, sentence: 'That has been deleted on its own server.' },
  'remote.refused': { status: 422, sentence: 'What the other server says of that cannot be believed.' },
  'remote.ours': { status: 422, sentence: 'That is on this server.' },
  'not-found': { status: 404, sentence: missing },
  busy: { status: 503, sentence: 'The server is busy. Please try again in a moment.' },
  'not-available-yet': { status: 501, sentence: 'This is not available yet.' },
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
  const { status, sentence } = entries[code]
  const wait = details.retryAfterSeconds ?? (code === 'busy' ? 5 : undefined)
  return {
    status,
    code,
    sentence: typeof sentence === 'string' ? sentence : sentence(details),
    ...(wait !== undefined && { retryAfterSeconds: Math.max(1, Math.ceil(Number(wait))) }),
  }
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
export const asProblem: AnswerWriter = (_req, res, { status, code, sentence, reference }) => {
  res.type('application/problem+json')
  const title = STATUS_CODES[status]
  res.send(JSON.stringify({ type: 'about:blank', title, status, detail: sentence, code, reference }))
}

/** As Mastodon's clients expect it. */
export const asMastodonError: AnswerWriter = (_req, res, { sentence, reference }) => {
  res.json({ error: reference === undefined ? sentence : `${sentence} (${reference})` })
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

function waitFor(seconds: number): string {
  if (seconds < 90) return seconds <= 1 ? 'a second' : `${Math.ceil(seconds)} seconds`
  return `${Math.ceil(seconds / 60)} minutes`
}

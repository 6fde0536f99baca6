import type { RefusalCode } from '../../base/refusal.ts'
import type { Answer, AnswerWriter } from '../http/errors.ts'

interface Said {
  readonly status?: number
  /** instead of our own sentence: some apps know these by heart */
  readonly error?: string
}

const NOT_FOUND: Said = { status: 404, error: 'Record not found' }
const INVALID: Said = { status: 422 }
const FORBIDDEN: Said = { status: 403, error: 'This action is not allowed' }

/** Where this API says something else than the others, or with another status. */
const said: Partial<Readonly<Record<RefusalCode, Said>>> = {
  'token.missing': { error: 'The access token is invalid' },
  'token.invalid': { error: 'The access token is invalid' },
  'token.scope': { error: 'This action is outside the authorized scopes' },
  'request.too-many': { error: 'Too many requests' },
  'not-found': NOT_FOUND,
  gone: NOT_FOUND,
  'account.not-found': NOT_FOUND,
  'account.gone': NOT_FOUND,
  'approval.not-found': NOT_FOUND,
  'collection.not-found': NOT_FOUND,
  'emoji.not-found': NOT_FOUND,
  'follow.not-found': NOT_FOUND,
  'conversation.not-found': NOT_FOUND,
  'filter.not-found': NOT_FOUND,
  'list.not-found': NOT_FOUND,
  'list.not-followed': NOT_FOUND,
  'media.not-found': NOT_FOUND,
  'poll.not-found': NOT_FOUND,
  'post.gone': NOT_FOUND,
  'post.not-found': NOT_FOUND,
  'post.not-yours': NOT_FOUND,
  'post.parent-not-found': {
    status: 404,
    error: 'The post you are trying to reply to does not appear to exist.',
  },
  'quote.not-found': { status: 404, error: 'The post you are trying to quote does not appear to exist.' },
  'quote.refused': { status: 404, error: 'The post you are trying to quote does not appear to exist.' },
  'remote.gone': NOT_FOUND,
  'remote.not-found': NOT_FOUND,
  'report.not-found': NOT_FOUND,
  'scheduled.not-found': NOT_FOUND,
  'scheduled.time': { error: 'Record invalid' },
  'scheduled.too-soon': {
    error: 'Validation failed: Scheduled at The scheduled date must be in the future',
  },
  'scheduled.too-many': { error: 'Validation failed: You have exceeded the limit of scheduled posts' },
  'media.unreadable': { status: 422, error: 'Validation failed: File content type is invalid' },
  'upload.no-file': { status: 422, error: 'Validation failed: File can’t be blank' },
  'media.not-ready': {
    error: 'Cannot attach files that have not finished processing. Try again in a moment!',
  },
  'media.in-use': { error: 'Media attachment is currently used by a status' },
  'media.unusable': { error: 'Media not found or already attached to another post' },
  'pin.not-open': { status: 422, error: 'Validation failed: Non-public post cannot be pinned' },
  'pin.too-many': {
    status: 422,
    error: 'Validation failed: You have already pinned the maximum number of posts',
  },
  'approval.decided': NOT_FOUND,
  'poll.voted': { status: 422, error: 'Validation failed: You have already voted on this poll' },
  'poll.choice': { status: 422, error: 'Validation failed: The chosen vote option does not exist' },
  'poll.ended': { status: 422, error: 'Validation failed: The poll has already ended' },
  'poll.own': { status: 422, error: 'Validation failed: You can’t vote in your own polls' },
  'post.empty': { status: 422, error: 'Validation failed: Text can’t be blank' },
  'post.too-long': INVALID,
  'boost.private': FORBIDDEN,
  'boost.refused': FORBIDDEN,
  'like.refused': FORBIDDEN,
  'reply.refused': FORBIDDEN,
  'marker.conflict': { error: 'Conflict during update, please try again' },
  'filter.contexts': { error: 'Validation failed: Context None or invalid context supplied' },
  'filter.keyword': { error: 'Validation failed: Keyword can’t be blank' },
  'filter.post-known': { error: 'Validation failed: Status has already been taken' },
  'filter.title': { error: 'Validation failed: Title can’t be blank' },
  'list.member-known': { error: 'Validation failed: Account has already been taken' },
  'list.title': { error: 'Validation failed: Title can’t be blank' },
  'endorsement.not-followed': {
    error: 'Validation failed: You must be already following the person you want to endorse',
  },
  'follow.blocked': FORBIDDEN,
  'follow.self': FORBIDDEN,
  'block.self': FORBIDDEN,
  'account.not-waiting': FORBIDDEN,
  'email.confirmed': { error: 'This method is only available while the e-mail is awaiting confirmation' },
  'email.other-app': {
    error: 'This method is only available to the application the user originally signed-up with',
  },
  'login.unapproved': { error: 'Your login is currently pending approval' },
  'login.unconfirmed': { error: 'Your login is missing a confirmed e-mail address' },
  'registration.app-only': { error: 'This method requires an client credentials authentication' },
  'registration.closed': FORBIDDEN,
  'registration.invite': FORBIDDEN,
  'registration.refused': FORBIDDEN,
  'staff.only': FORBIDDEN,
  'staff.self': FORBIDDEN,
  'staff.rank': FORBIDDEN,
  'staff.not-suspended': FORBIDDEN,
  'report.rules': { error: 'Validation failed: Rules does not reference valid rules' },
}

/** As apps of the Mastodon API expect it: always JSON, and always with `error`. */
export const asMastodonError: AnswerWriter = (_req, res, answer) => {
  const { status = answer.status } = sayingOf(answer)
  if (status === 401) res.setHeader('WWW-Authenticate', challengeOf(answer))
  res.status(status).json({ error: textFor(answer), ...answer.more })
}

/** The same where there is no HTTP to say it by. */
export function errorFrom(answer: Answer): { readonly status: number; readonly error: string } {
  return { status: sayingOf(answer).status ?? answer.status, error: textFor(answer) }
}

function sayingOf({ code }: Answer): Said {
  return code === 'internal' ? {} : (said[code] ?? {})
}

function textFor(answer: Answer): string {
  const text = sayingOf(answer).error ?? sentenceOf(answer)
  return answer.reference === undefined ? text : `${text} (${answer.reference})`
}

/** Apps know what somebody can mend by how Mastodon begins to say it, and show the rest. */
function sentenceOf(answer: Answer): string {
  const { code, sentence } = answer
  const isInvalid = (sayingOf(answer).status ?? answer.status) === 422 && !NOT_INVALID.has(code)
  return isInvalid && !sentence.startsWith(INVALID_AS) ? INVALID_AS + sentence : sentence
}

/** What somebody asked for was well said, and cannot be. */
const NOT_INVALID: ReadonlySet<Answer['code']> = new Set(['token.no-user', 'media.failed'])
const INVALID_AS = 'Validation failed: '

function challengeOf({ code, details }: Answer): string {
  const scheme = details?.scheme === 'DPoP' ? 'DPoP' : 'Bearer'
  return code === 'token.missing'
    ? `${scheme} realm="Weft"`
    : `${scheme} realm="Weft", error="invalid_token", error_description="The access token is invalid"`
}

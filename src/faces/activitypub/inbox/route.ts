import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Clock } from '../../../base/clock.ts'
import type { AccountId } from '../../../base/ids.ts'
import { readId } from '../../../base/ids.ts'
import type { Instruments } from '../../../base/instruments.ts'
import type { Log } from '../../../base/log.ts'
import { Refusal, refuse } from '../../../base/refusal.ts'
import { INSTANCE_ACTOR, type Uris } from '../../../base/uris.ts'
import { authorityOver } from '../../../federation/authority.ts'
import { hostOf } from '../../../federation/canonical.ts'
import type { CollectionSync } from '../../../federation/collection-sync.ts'
import { holdKeys } from '../../../federation/known-keys.ts'
import {
  type KeyFinder,
  type SignedRequest,
  type Verified,
  verifyRequest,
} from '../../../federation/verify.ts'
import type { Intake } from '../../../jobs/seen.ts'
import { objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { answerFor } from '../../http/errors.ts'
import { blindlyFor, isBlindlyFor } from './blind.ts'
import { rawBody } from './body.ts'
import { boundless, createBudget } from './budgets.ts'
import { createCompare } from './compare.ts'
import { checkEnvelope, LARGEST_BODY, readBody, signedRequestFrom } from './guard.ts'
import { createHints, hintFrom } from './hint.ts'

export interface InboxParts {
  readonly uris: Uris
  readonly clock: Clock
  readonly log: Log
  readonly instruments: Instruments
  /** remote keys: what is held, and how to ask anew */
  readonly keys: KeyFinder
  readonly intake: Intake
  readonly rateLimits: boolean
  /** of one host, whatever the number of its people; 6,000 when left out */
  readonly activitiesPerMinute?: number
  /** whether we talk with that host at all */
  readonly isBlocked: (host: string) => Promise<boolean> | boolean
  /** whose personal inbox this is: somebody here, somebody who was, or nobody */
  readonly recipient: (id: AccountId) => Promise<'here' | 'gone' | 'nobody'>
  /** whether somebody of that id was ever met; left out, each is asked for with their key */
  readonly knows?: (actorUri: string) => Promise<boolean>
  /** a request from that host was verified: it lives */
  readonly heardFrom: (host: string) => Promise<void>
  /** what a sender says of its followers here is to be compared */
  readonly compare: (actorUri: string, sync: CollectionSync) => Promise<void>
}

const ACTIVITIES_PER_MINUTE = 6000
/** Accounts of one host that are said to be gone, without proof, and whose server is asked. */
const FAREWELLS_PER_MINUTE = 60

/**
 * POST to a personal inbox or the shared one: what other servers send. Whoever an activity is for is read from its
 * addresses, so both doors have the same effect; only what names nobody is for whoever's own inbox it came to.
 *
 * 202 means kept, or of no use here; it is answered only after the activity is committed. Everything else is refused with
 * one plain line that says why. Nothing that a sender does is answered 5xx; 503 is for when we cannot keep it.
 */
export function inboxRoute(parts: InboxParts): Router {
  const take = taker(parts)
  const handler: RequestHandler = async (req, res, next) => {
    // Reading it, and asking what can be done with it, is for others to answer.
    if (req.method !== 'POST') return next()
    try {
      answer(res, 202, await take(req))
    } catch (error) {
      refuseWith(parts, req, res, error)
    }
  }
  const router = Router({ caseSensitive: true, strict: true })
  router.all('/ap/inbox', handler)
  router.all('/ap/actors/:id/inbox', handler)
  return router
}

/** @returns a plain line that says what became of it */
function taker(parts: InboxParts): (req: Request) => Promise<string> {
  const { uris, clock, instruments } = parts
  const keys = holdKeys(parts.keys, clock)
  const perHost = parts.rateLimits
    ? createBudget(parts.activitiesPerMinute ?? ACTIVITIES_PER_MINUTE, clock)
    : boundless
  const compare = createCompare(parts.compare, clock, parts.rateLimits)
  const hints = createHints(keys, clock)
  const farewells = createBudget(FAREWELLS_PER_MINUTE, clock)

  return async (req) => {
    const claim = checkEnvelope(req, uris)
    for (const host of claim.hosts) {
      if (await parts.isBlocked(host)) refuse('host.blocked')
      perHost.require(host)
    }
    await checkRecipient(parts, req)
    const body = await rawBody(req, LARGEST_BODY)
    const { text, activity } = readBody(body)

    const farewell = isFarewell(activity)
    // A server that deletes an account tells everybody it ever heard of: before any work, most of it is none of ours.
    if (farewell && (await parts.knows?.(activity.actor)) === false) {
      return ignored(instruments, 'nobody of that name is known here')
    }
    const request = signedRequestFrom(req, uris, body)
    const signer = farewell
      ? await verifyFarewell(request, activity.actor, keys, clock)
      : await verifyRequest(request, keys, clock)
    if (signer === 'unknown') return ignored(instruments, 'nobody of that name is known here')
    if (signer === 'unproven') {
      // Anybody may have said it, under any number of ids.
      if (!farewells.take(hostOf(activity.actor) ?? ''))
        return ignored(instruments, 'too many take their leave')
      return keep(activity.actor, activity.id, text)
    }

    instruments.recordClockSkew((signer.madeAt.getTime() - clock.now().getTime()) / 1000)
    const host = hostOf(signer.actorUri) ?? ''
    perHost.take(host)
    await parts.heardFrom(host)
    if (authorityOver(activity, signer) === 'own') {
      await compare(signer.actorUri, req.headers)
      const ownerUri = ownerOf(parts, req)
      if (ownerUri !== undefined && isBlindlyFor(ownerUri, activity, uris.origin))
        return keep(signer.actorUri, activity.id, blindlyFor(ownerUri, activity), ownerUri)
      return keep(signer.actorUri, activity.id, text)
    }

    const hint = hintFrom(activity, signer)
    const origin = hostOf(activity.actor) ?? ''
    if (!hint || (await parts.isBlocked(origin)) || !(await hints.mayFollow(activity, host, body.length)))
      return ignored(instruments, 'it is for its author to say')
    return keep(signer.actorUri, activity.id, hint)
  }

  async function keep(actor: string, activityId: string, body: string, blindTo?: string): Promise<string> {
    const blind = blindTo === undefined ? {} : { blindTo }
    const verdict = await parts.intake.accept({
      actor,
      activityId,
      host: hostOf(actor) ?? '',
      body,
      ...blind,
    })
    instruments.countIntake(verdict === 'new' ? 'accepted' : 'seen')
    return verdict === 'new' ? 'taken' : 'taken before'
  }
}

async function checkRecipient(parts: InboxParts, req: Request): Promise<void> {
  const { id } = req.params
  if (id === undefined || id === INSTANCE_ACTOR) return
  const accountId = typeof id === 'string' ? readId<AccountId>(id) : undefined
  const recipient = accountId === undefined ? 'nobody' : await parts.recipient(accountId)
  if (recipient === 'nobody') refuse('account.not-found')
  if (recipient === 'gone') refuse('account.gone')
}

/** Whose own inbox it came to; undefined for that of all. */
function ownerOf({ uris }: InboxParts, { params }: Request): string | undefined {
  const id = typeof params.id === 'string' ? readId<AccountId>(params.id) : undefined
  return id && uris.actor(id)
}

/** Somebody takes their leave: Delete of the actor by the actor. */
function isFarewell(activity: ReadActivity): boolean {
  return activity.type === 'Delete' && objectIdOf(activity) === activity.actor
}

/**
 * A server that deletes an account tells everybody it ever met, and the key is often gone by then. Of people that we
 * never met nothing is asked; of one whom we know and whose server has no key any more it is kept, since such a Delete
 * has an effect only if that server confirms it (S-019).
 */
async function verifyFarewell(
  request: SignedRequest,
  actor: string,
  keys: KeyFinder,
  clock: Clock,
): Promise<Verified | 'unknown' | 'unproven'> {
  let known = false
  const finder: KeyFinder = {
    async find(keyUri) {
      const key = await keys.find(keyUri)
      known ||= key?.actorUri === actor
      return key
    },
    refetch: async (keyUri) => (known ? keys.refetch(keyUri) : undefined),
  }
  try {
    return await verifyRequest(request, finder, clock)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'signature.key-unavailable') throw error
    return known ? 'unproven' : 'unknown'
  }
}

function ignored(instruments: Instruments, why: string): string {
  instruments.countIntake('ignored')
  return `not needed: ${why}`
}

function refuseWith({ log, instruments }: InboxParts, req: Request, res: Response, error: unknown): void {
  // Whatever is no refusal is our own trouble; the sender may come again.
  const refusal = error instanceof Refusal ? error : new Refusal('busy', { retryAfterSeconds: 60 })
  const { status, sentence, retryAfterSeconds } = answerFor(refusal.code, refusal.details)
  const { reason, skewSeconds } = refusal.details
  instruments.countIntake(`refused ${refusal.code}`)
  if (typeof skewSeconds === 'number') instruments.recordClockSkew(skewSeconds)
  if (refusal !== error) log.error('An activity could not be kept: {error}', { error })
  else
    log.debug('{path} was answered {status}: {reason}', {
      path: req.path,
      status,
      reason: reason ?? sentence,
    })
  if (res.headersSent || req.socket.destroyed) return
  if (retryAfterSeconds !== undefined) res.setHeader('Retry-After', retryAfterSeconds)
  answer(res, status, reason === undefined ? sentence : `${sentence} (${reason})`)
}

function answer(res: Response, status: number, line: string): void {
  res.statusCode = status
  res.setHeader('Content-Type', 'text/plain; charset=utf-8')
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('Cache-Control', 'no-store')
  res.end(`${line.replace(/[^\x20-\x7e]/g, '?').slice(0, 300)}\n`)
}

import { type Request, type RequestHandler, type Response, Router } from 'express'
import { type AccountId, type ActivityId, readId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import { type Tx, transact } from '../../../db/transact.ts'
import { knownDirectory } from '../../../domain/accounts/known.ts'
import { claimOnce, findOnce, keepOnce, type OnceOnly } from '../../../domain/activities/once.ts'
import { saidIn } from '../../../domain/activities/said.ts'
import { tellSaid } from '../../../domain/events/tell.ts'
import { viewActivity } from '../../../views/activities.ts'
import { type Bearer, requireBearer } from '../../http/auth.ts'
import { budgetsOf } from '../../http/budgets.ts'
import { crossOrigin } from '../../http/cors.ts'
import { readyDocument } from '../../http/documents.ts'
import type { ClientParts } from '../client-parts.ts'
import { type PostedBody, postedBody } from './body.ts'
import { handlerFor } from './handlers.ts'
import { afterTheirs, amongTheirs } from './line.ts'
import type { Asking, Posted } from './posting.ts'
import { prepare, readAsking } from './prepare.ts'

const LONGEST_KEY = 255

/**
 * Posting to an outbox. Other servers are asked first; then everything that follows is one transaction, so that a request
 * is either carried out whole, once, or not at all.
 */
export function outboxRoute(parts: ClientParts): RequestHandler {
  const underWay = new Set<string>()
  const router = Router({ caseSensitive: true, strict: true })
  const budgets = budgetsOf({ db: parts.world.db, config: parts.config })
  router.all('/ap/actors/:id/outbox', crossOrigin('GET', 'POST'))
  router.post('/ap/actors/:id/outbox', async (req, res) => {
    const bearer = requireBearer(req)
    await budgets.spend(req, res, 'write')
    if (readId<AccountId>(String(req.params.id)) !== bearer.account.id) refuse('outbox.not-yours')
    const body = await postedBody(req)
    const once = onceFrom(req, bearer, body)
    const name = once && JSON.stringify([once.accountId, once.clientId, once.key])
    if (name !== undefined && underWay.has(name)) refuse('request.in-flight')
    try {
      if (name !== undefined) underWay.add(name)
      await answerPosted(parts, res, await carryOut(parts, bearer, body, once))
    } finally {
      if (name !== undefined) underWay.delete(name)
    }
  })
  return router
}

/** How a request says that it is to be carried out once, however often it comes. */
export function onceFrom(
  req: Request,
  { account, clientId }: Bearer,
  { hash }: Pick<PostedBody, 'hash'>,
): OnceOnly | undefined {
  const key = req.get('Idempotency-Key') ?? ''
  if (key === '') return undefined
  if (key.length > LONGEST_KEY) refuse('request.key-too-long', { most: LONGEST_KEY })
  return { accountId: account.id, clientId, key, bodyHash: hash }
}

/** What came of a request: the activity that it was kept as. */
export interface Carried {
  readonly id: ActivityId
  /** as it is served, where that is known without looking */
  readonly body?: string
}

/** Does what an app posts, once, however often it is asked with the same key; says which activity it was kept as. */
export function carryOut(
  parts: ClientParts,
  bearer: Bearer,
  body: PostedBody,
  once: OnceOnly | undefined,
): Promise<Carried> {
  return amongTheirs(bearer.account.id, () => carryOutNow(parts, bearer, body, once))
}

async function carryOutNow(
  parts: ClientParts,
  bearer: Bearer,
  body: PostedBody,
  once: OnceOnly | undefined,
): Promise<Carried> {
  const { world } = parts
  const earlier = once && (await findOnce(world.db, once))
  if (earlier) return { id: earlier }
  const { addresses, ...asking } = readAsking(parts, bearer, body.json)
  const handler = handlerFor(asking.type)
  await handler.authorise(asking)
  const { audience, known } = await prepare(asking, addresses, handler)
  let made: Carried | undefined
  const work = async (tx: Tx): Promise<ActivityId> => {
    const done = once && (await claimOnce(tx, once))
    if (done) return done
    const posting = {
      ...pick(asking),
      world: { ...world, db: tx, directory: knownDirectory(tx, world.uris.handleHost) },
      tx,
      id: world.ids.next<ActivityId>(),
      audience,
      known,
    }
    const { activityId }: Posted = await handler.run(posting)
    // Whatever was done, its activity is in the outbox now, and those who listen to that are told of it.
    await tellSaid(world, tx)
    if (once) await keepOnce(world, tx, once, activityId)
    const body = saidIn(tx).findLast(({ id }) => id === activityId)?.body
    made = { id: activityId, ...(body !== undefined && { body }) }
    return activityId
  }
  const inOne = () => transact(world.db, work, { plans: 'once' })
  try {
    const id = await (handler.inTurn ? afterTheirs(bearer.account.id, inOne) : inOne())
    // An earlier request of the same key has done it meanwhile.
    if (id === made?.id) return made
    await handler.release?.(asking, known)
    return { id }
  } catch (error) {
    await handler.release?.(asking, known)
    throw error
  }
}

function pick({ actor, bearer, type, activity }: Asking) {
  return { actor, bearer, type, activity }
}

/** Answers with what was kept, as it is served at its id from now on. */
export async function answerPosted(
  { world }: ClientParts,
  res: Response,
  { id, body: known }: Carried,
): Promise<void> {
  const text = known ?? (await viewActivity(world.db, id))?.body ?? refuse('post.gone')
  const { headers, body } = readyDocument(Buffer.from(text), {
    'content-type': 'application/activity+json; charset=utf-8',
    location: world.uris.activity(id),
    'cache-control': 'private, no-cache',
  })
  res.writeHead(201, headers)
  res.end(body)
}

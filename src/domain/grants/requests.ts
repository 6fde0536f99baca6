import { refuse } from '../../base/refusal.ts'
import { type Tx, transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import type { KeptRequest, Parameters } from './authorization.ts'
import { findRequest, insertRequest, takeRequest } from './request-store.ts'
import { hashOf, isToken, newToken } from './tokens.ts'

/** Between sending a request ahead and sending somebody along (RFC 9126). */
export const PUSHED_SECONDS = 90
/** While somebody signs in, looks for their second factor, and thinks it over. */
export const KEPT_SECONDS = 1800
const REQUEST_URI = 'urn:ietf:params:oauth:request_uri:'

/** Two kinds of the same thing; the name of one is never good for the other. */
type Keeping = 'pushed' | 'kept'

const seconds: Readonly<Record<Keeping, number>> = { pushed: PUSHED_SECONDS, kept: KEPT_SECONDS }

/**
 * Keeps what an app wants until somebody answers it, so that a page about it carries nothing but a name that nobody can
 * guess: a long request needs no long address, and nothing in a form can change it.
 */
export async function keepRequest(
  world: Pick<World, 'db' | 'clock'>,
  clientId: string,
  parameters: Parameters,
): Promise<string> {
  return keep(world, 'kept', clientId, parameters)
}

/** Keeps what an app sent ahead. @returns the `request_uri` under which it is taken out, once */
export async function pushRequest(
  world: Pick<World, 'db' | 'clock'>,
  clientId: string,
  parameters: Parameters,
): Promise<string> {
  return REQUEST_URI + (await keep(world, 'pushed', clientId, parameters))
}

/**
 * What an app sent ahead; the second time there is nothing.
 * @throws Refusal 'authorization.stale', for that of another app too
 */
export async function takePushedRequest(
  world: Pick<World, 'db' | 'clock'>,
  clientId: string,
  requestUri: string,
): Promise<KeptRequest> {
  const name = isPushed(requestUri) ? requestUri.slice(REQUEST_URI.length) : ''
  const taken = isToken(name) && (await takeRequest(world.db, keyOf('pushed', name), world.clock.now()))
  return taken && taken.clientId === clientId ? taken : refuse('authorization.stale')
}

export function isPushed(requestUri: string): boolean {
  return requestUri.startsWith(REQUEST_URI)
}

/** @throws Refusal 'authorization.stale' */
export async function requireRequest(world: Pick<World, 'db' | 'clock'>, name: string): Promise<KeptRequest> {
  const found = isToken(name) && (await findRequest(world.db, keyOf('kept', name), world.clock.now()))
  return found || refuse('authorization.stale')
}

/**
 * Takes out what is answered now, in the caller's transaction.
 * @throws Refusal 'authorization.stale' when it was answered already
 */
export async function settleRequest(tx: Tx, name: string, now: Date): Promise<void> {
  if (!(await takeRequest(tx, keyOf('kept', name), now))) refuse('authorization.stale')
}

/** Takes it out for an answer that makes nothing. */
export async function dropRequest(world: Pick<World, 'db' | 'clock'>, name: string): Promise<void> {
  await transact(world.db, (tx) => settleRequest(tx, name, world.clock.now()))
}

async function keep(
  world: Pick<World, 'db' | 'clock'>,
  keeping: Keeping,
  clientId: string,
  parameters: Parameters,
): Promise<string> {
  const name = newToken()
  const createdAt = world.clock.now()
  const expiresAt = new Date(createdAt.getTime() + seconds[keeping] * 1000)
  const hash = keyOf(keeping, name)
  await transact(world.db, (tx) => insertRequest(tx, { hash, clientId, parameters, createdAt, expiresAt }))
  return name
}

function keyOf(keeping: Keeping, name: string): Buffer {
  return hashOf(`${keeping} ${name}`)
}

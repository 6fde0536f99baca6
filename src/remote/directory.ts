import type { Handle } from '../base/handles.ts'
import { Refusal } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import type { Account } from '../domain/accounts/account.ts'
import { findAccountByHandle, findAccountByUri, findKey } from '../domain/accounts/find.ts'
import { refreshIfStale } from '../domain/accounts/refresh.ts'
import { rememberActor } from '../domain/accounts/remember.ts'
import type { Directory, World } from '../domain/world.ts'
import type { FoundKey, KeyFinder } from '../federation/verify.ts'
import type { JsonObject } from '../translate/json.ts'
import { fetchActor, fetchKeyOwner, type Remote } from './accounts.ts'
import { type Budget, createBudget } from './budget.ts'
import type { Fetcher } from './fetch.ts'
import { fetchActivity, fetchPost, isGone } from './posts.ts'
import { type FarHandle, finger, isFar, sameHandle } from './webfinger.ts'

/** All that is asked of other servers about people and their posts. */
export interface RemoteDirectory extends Directory {
  /** where the signatures of others find their keys */
  readonly keys: KeyFinder
  /** reads an actor anew at its home; `gone` when that says so, undefined when what it says cannot be believed */
  refreshActor(uri: string): Promise<Account | 'gone' | undefined>
  /** the post as its own server gives it; `gone` when that says it is no more; undefined when it cannot be believed */
  post(uri: string): Promise<JsonObject | 'gone' | undefined>
  /** whether a post's own server says that it is not there: with 410, a Tombstone or 404 */
  isGone(uri: string): Promise<boolean>
  /** an activity as its own server gives it, by an actor who lives there; `gone` and undefined likewise */
  activity(uri: string): Promise<JsonObject | 'gone' | undefined>
}

export interface DirectoryOptions {
  readonly world: Omit<World, 'directory'>
  readonly fetcher: Fetcher
  /** unknown actors of one registrable domain that are asked for within an hour */
  readonly newActorsPerHour?: number
}

const NEW_ACTORS_PER_HOUR = 1000
/** Posts of one registrable domain that others say are gone, and that we ask about within an hour. */
const FAREWELLS_PER_HOUR = 600
/** A person waits for it: WebFinger, the actor, WebFinger again. */
const FIND_MS = 15_000

interface Parts {
  readonly world: World
  readonly remote: Remote
  readonly budget: Budget
  /** actors that are being read: everybody else who wants one waits for the same */
  readonly underWay: Map<string, Promise<Account | undefined>>
}

/**
 * Finds people and keys in the database first and at other servers otherwise. What a server says for good (nobody of
 * that name, nothing believable) is undefined; what may change is a Transient.
 */
export function createDirectory({ world, fetcher, ...options }: DirectoryOptions): RemoteDirectory {
  const budget = createBudget(world.clock, options.newActorsPerHour ?? NEW_ACTORS_PER_HOUR)
  const farewells = createBudget(world.clock, FAREWELLS_PER_HOUR)
  const mayAsk = (host: string) => {
    try {
      farewells.spend(host)
      return true
    } catch {
      return false
    }
  }
  const directory: RemoteDirectory = {
    find: (handle) => within(FIND_MS, find(parts, handle)).then((found) => used(parts, found)),
    findByUri: (uri) => findByUri(parts, uri).then((found) => used(parts, found)),
    refreshActor: (uri) => refreshActor(parts, uri),
    post: (uri) => fetchPost(fetcher, uri).catch(undefinedIfRefused),
    async isGone(uri) {
      const host = URL.parse(uri)?.hostname
      if (host === undefined || !mayAsk(host)) return false
      return isGone(fetcher, uri)
    },
    activity: (uri) => fetchActivity(fetcher, uri).catch(undefinedIfRefused),
    keys: {
      find: (keyUri) => findKey(world.db, keyUri),
      refetch: (keyUri) => refetchKey(parts, keyUri),
    },
  }
  const parts: Parts = {
    world: { ...world, directory },
    remote: { world, fetcher },
    budget,
    underWay: new Map(),
  }
  return directory
}

/** Somebody in use: if what is known of them is old, they are read anew behind. */
async function used(parts: Parts, account: Account | undefined): Promise<Account | undefined> {
  if (account) await refreshIfStale(parts.world, [account])
  return account
}

async function find(parts: Parts, handle: Handle): Promise<Account | undefined> {
  const { db, uris } = parts.world
  if (!isFar(handle) || handle.host === uris.handleHost || handle.host === new URL(uris.origin).host) {
    return findAccountByHandle(db, { name: handle.name, host: null })
  }
  return (await findAccountByHandle(db, handle)) ?? findAfar(parts, handle).catch(undefinedIfRefused)
}

/** An actor is found under a handle only if that is theirs, or leads to theirs by the word of its host. */
async function findAfar(parts: Parts, handle: FarHandle): Promise<Account | undefined> {
  const { world, remote } = parts
  const { self, subject } = await finger(remote.fetcher, handle)
  if (self === undefined || world.uris.isOurs(self)) return undefined
  await spendIfUnknown(parts, self)
  const actor = await fetchActor(remote, self)
  if (actor.uri !== self || !actor.handleVerified) return undefined
  const named = sameHandle(actor, handle) || (subject !== undefined && sameHandle(actor, subject))
  return named ? rememberActor(world, actor) : undefined
}

async function findByUri(parts: Parts, uri: string): Promise<Account | undefined> {
  const known = await findAccountByUri(parts.world.db, uri)
  if (known || parts.world.uris.isOurs(uri)) return known
  return ensureActor(parts, uri).catch(undefinedIfRefused)
}

async function refreshActor(parts: Parts, uri: string): Promise<Account | 'gone' | undefined> {
  if (parts.world.uris.isOurs(uri)) return findAccountByUri(parts.world.db, uri)
  try {
    return await ensureActor(parts, uri)
  } catch (error) {
    if (error instanceof Refusal && ['remote.gone', 'remote.not-found'].includes(error.code)) return 'gone'
    return undefinedIfRefused(error)
  }
}

function ensureActor(parts: Parts, uri: string): Promise<Account | undefined> {
  const running = parts.underWay.get(uri)
  if (running) return running
  const started = readActor(parts, uri).finally(() => parts.underWay.delete(uri))
  parts.underWay.set(uri, started)
  return started
}

/** Nobody may answer to an id but the actor who has it: an address that leads to somebody else finds nobody. */
async function readActor(parts: Parts, uri: string): Promise<Account | undefined> {
  await spendIfUnknown(parts, uri)
  const actor = await fetchActor(parts.remote, uri)
  return actor.uri === uri ? rememberActor(parts.world, actor) : undefined
}

async function refetchKey(parts: Parts, keyUri: string): Promise<FoundKey | undefined> {
  if (parts.world.uris.isOurs(keyUri)) return findKey(parts.world.db, keyUri)
  if ((await findKey(parts.world.db, keyUri)) === undefined)
    await spendIfUnknown(parts, keyUri.replace(/#.*$/, ''))
  const owner = await fetchKeyOwner(parts.remote, keyUri).catch(undefinedIfRefused)
  if (owner === undefined) return undefined
  await rememberActor(parts.world, owner.actor)
  const { kind, publicKey, uri } = owner.key
  return { keyUri: uri, actorUri: owner.actor.uri, kind, publicKey, fetchedAt: parts.world.clock.now() }
}

async function spendIfUnknown({ world, budget }: Parts, uri: string): Promise<void> {
  if (await findAccountByUri(world.db, uri)) return
  const host = URL.parse(uri)?.hostname
  if (host !== undefined) budget.spend(host)
}

/** A Refusal is an answer: there is nobody, or nothing that could be believed. */
function undefinedIfRefused(error: unknown): undefined {
  if (error instanceof Refusal) return undefined
  throw error
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Transient(`not found within ${ms / 1000} s`)), ms)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}

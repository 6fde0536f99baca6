import type { ActivityId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { PUBLIC } from '../../base/uris.ts'
import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { ensureInboxes } from '../../jobs/hosts.ts'
import type { Account } from '../accounts/account.ts'
import { findAccountByUri, findInboxUrl } from '../accounts/find.ts'
import type { World } from '../world.ts'
import { findRelay, findRelayByFollow, type Relay } from './find.ts'
import { deleteRelay, insertRelay, setRelayState } from './store.ts'

/**
 * Asks a relay to pass on to us what is sent to it; nothing is taken from it before it accepts. An address that ends in
 * `/inbox` is followed as Public there (Mastodon's kind); any other is that of an actor, which is followed (LitePub's).
 */
export async function addRelay(world: World, url: string): Promise<Relay> {
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || world.uris.isOurs(url)) refuse('relay.invalid')
  const atInbox = /\/inbox\/?$/.test(parsed.pathname)
  const target = atInbox ? { inboxUrl: url, objectUri: PUBLIC } : await actorOf(world, url)
  const inboxId = (await ensureInboxes(world.db, [target.inboxUrl])).get(target.inboxUrl)
  if (inboxId === undefined) throw new Error(`no inbox row for ${target.inboxUrl}`)
  const activityId = world.ids.next<ActivityId>()
  const instance = await requireInstance(world)
  const relay = {
    url,
    kind: atInbox ? ('mastodon' as const) : ('litepub' as const),
    inboxId,
    origin: parsed.origin,
    followUri: world.uris.activity(activityId),
    objectUri: target.objectUri,
  }
  await transact(world.db, async (tx) => {
    const now = world.clock.now()
    const id = await insertRelay(tx, relay, now)
    if (id === undefined) refuse('relay.known')
    await record(world, tx, { type: 'relay.asked', accountId: instance.id, ...relay })
  })
  return (await findRelay(world.db, url)) ?? refuse('relay.not-found')
}

/** Takes nothing from a relay any more, and tells it so. */
export async function removeRelay(world: World, url: string): Promise<void> {
  const instance = await requireInstance(world)
  await transact(world.db, async (tx) => {
    const relay = await findRelay(tx, url)
    if (!relay) refuse('relay.not-found')
    await deleteRelay(tx, relay.id)
    const { followUri, objectUri, inboxId } = relay
    await record(world, tx, { type: 'relay.left', accountId: instance.id, followUri, objectUri, inboxId })
  })
}

/**
 * A relay's answer to our Follow; only one from where the relay lives counts.
 * @returns undefined when no relay was asked by it
 */
export async function receiveRelayAnswer(
  world: World,
  actorOrigin: string | undefined,
  followUri: string,
  accepted: boolean,
): Promise<string | undefined> {
  const relay = await findRelayByFollow(world.db, followUri)
  if (!relay) return undefined
  if (relay.origin !== actorOrigin) return 'not the relay'
  const state = accepted ? 'accepted' : 'rejected'
  await transact(world.db, (tx) => setRelayState(tx, relay.id, state, world.clock.now()))
  return state
}

async function actorOf(world: World, url: string) {
  const actor = await world.directory.findByUri(url)
  const inboxUrl = actor && (await findInboxUrl(world.db, actor.id))
  if (!actor || !inboxUrl) return refuse('relay.invalid')
  return { inboxUrl, objectUri: actor.uri }
}

async function requireInstance(world: World): Promise<Account> {
  const instance = await findAccountByUri(world.db, world.uris.instanceActor)
  if (!instance) throw new Error('the server has no actor')
  return instance
}

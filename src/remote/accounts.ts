import { refuse } from '../base/refusal.ts'
import type { RemoteActor, RemoteKey } from '../domain/accounts/account.ts'
import { findAccountByHandle, findAccountByUri } from '../domain/accounts/find.ts'
import type { World } from '../domain/world.ts'
import { canonicalUri } from '../federation/canonical.ts'
import { claimedHandle, type Handling, isActor, remoteActorFrom } from '../translate/from-activity/actor.ts'
import { keysOf, ownerOf } from '../translate/from-activity/keys.ts'
import { idOf, type JsonObject, listOf, sameOrigin, typeOf } from '../translate/json.ts'
import type { Fetcher } from './fetch.ts'
import { confirmHandle } from './webfinger.ts'

export interface Remote {
  readonly world: Pick<World, 'db' | 'uris' | 'clock'>
  readonly fetcher: Fetcher
}

/**
 * An actor as their own server gives them, with the handle that WebFinger confirms.
 * @returns an actor whose `uri` may be another than was asked for: a page and a key lead to their owner
 * @throws Refusal 'remote.gone' for a Tombstone, 'remote.refused' and 'request.invalid' for what is no usable actor,
 *   and what `Fetcher.json` throws
 */
export async function fetchActor(remote: Remote, uri: string): Promise<RemoteActor> {
  const { document } = await remote.fetcher.json(uri)
  return actorFrom(remote, document)
}

async function actorFrom(remote: Remote, document: JsonObject): Promise<RemoteActor> {
  if (typeOf(document) === 'Tombstone') refuse('remote.gone')
  if (!isActor(document)) refuse('remote.refused', { reason: 'not an actor' })
  return remoteActorFrom(document, await handleOf(remote, document))
}

/** WebFinger is asked again only when the name has changed: a known handle that still names the actor stays theirs. */
async function handleOf({ world, fetcher }: Remote, document: JsonObject): Promise<Handling> {
  const known = await findAccountByUri(world.db, idOf(document) ?? '')
  const claim = claimedHandle(document)
  if (known?.host && known.name.toLowerCase() === claim.name.toLowerCase()) {
    const named = await findAccountByHandle(world.db, { name: known.name, host: known.host })
    if (named?.uri === known.uri) return { name: claim.name, host: known.host, handleVerified: true }
  }
  return confirmHandle(fetcher, document)
}

/**
 * The actor that owns a key, and the key among theirs: both say so, on one origin. The address may be a fragment of the
 * actor, a stub that names it (GoToSocial), or a key document of its own.
 * @returns undefined when either does not name the other
 */
export async function fetchKeyOwner(
  remote: Remote,
  keyUri: string,
): Promise<{ actor: RemoteActor; key: RemoteKey } | undefined> {
  const { document } = await remote.fetcher.json(keyUri)
  if (!isActor(document)) return ownerOfKey(remote, keyUri, document)
  return withKey(await actorFrom(remote, document), keyUri)
}

async function ownerOfKey(
  remote: Remote,
  keyUri: string,
  keyDocument: JsonObject,
): Promise<{ actor: RemoteActor; key: RemoteKey } | undefined> {
  const owner = ownerOf(keyDocument)
  if (owner === undefined || !sameOrigin(owner, keyUri)) return undefined
  const { document } = await remote.fetcher.json(owner)
  if (idOf(document) !== owner || !isActor(document)) return undefined
  const actor = await actorFrom(remote, document)
  return withKey(actor, keyUri) ?? withNamedKey(actor, keyUri, keyDocument, document)
}

/** The actor only names the key; the key's own document has the rest. */
function withNamedKey(actor: RemoteActor, keyUri: string, keyDocument: JsonObject, document: JsonObject) {
  const named = [...listOf(document.publicKey), ...listOf(document.assertionMethod)].map(idOf)
  if (!named.some((id) => id !== undefined && isSame(id, keyUri))) return undefined
  const keys = keysOf({ publicKey: [keyDocument], assertionMethod: [keyDocument] }, actor.uri)
  return withKey({ ...actor, keys: [...actor.keys, ...keys] }, keyUri)
}

function withKey(actor: RemoteActor, keyUri: string) {
  const key = actor.keys.find(({ uri }) => isSame(uri, keyUri))
  return key && { actor, key }
}

function isSame(one: string, other: string): boolean {
  return one === other || (canonicalUri(one) !== undefined && canonicalUri(one) === canonicalUri(other))
}

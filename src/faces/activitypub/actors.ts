import { Object as ActivityPubObject, type Actor, isActor, Tombstone } from '@fedify/fedify/vocab'
import { type AccountId, readId } from '../../base/ids.ts'
import { INSTANCE_ACTOR } from '../../base/uris.ts'
import { actorFrom, bareActorFrom, instanceActorFrom } from '../../translate/to-activity/actor.ts'
import { tombstoneFrom } from '../../translate/to-activity/note.ts'
import { viewAccount, viewAccountByName, viewInstanceActor } from '../../views/accounts.ts'
import type { AccountView } from '../../views/view.ts'
import type { Reading } from '../http/reading.ts'
import { exactly } from './exactly.ts'
import { openKeyPairs } from './key-pairs.ts'
import type { SurfaceParts } from './parts.ts'
import { aliasFrom } from './webfinger.ts'

/**
 * Registers `/ap/actors/{identifier}`: people by their id, the server's own actor as `instance`. A deleted account is a
 * Tombstone, answered with 410. WebFinger finds them by the names mapped here.
 */
export function registerActors(parts: SurfaceParts): void {
  const { federation, db, uris, keyring } = parts
  federation
    .setActorDispatcher('/ap/actors/{identifier}', async (context, identifier) => {
      const view = await findActor(parts, identifier)
      if (!view) return null
      const reading = context.data
      reading.account = view
      reading.public = true
      reading.paths.push(`/ap/actors/${identifier}`)
      if (view.deleted) {
        reading.gone = true
        return exactly(
          new Tombstone({ id: new URL(view.uri) }),
          tombstoneFrom(view.uri, uris, view.updatedAt),
        )
      }
      reading.public = !reading.keysOnly
      reading.lasting = reading.public
      reading.modified = view.updatedAt
      const json = documentOf(parts, view, reading)
      return actorOf(await ActivityPubObject.fromJsonLd(json, context))
    })
    .mapHandle(async (_context, name) => (await viewAccountByName(db, name))?.id ?? null)
    .mapAlias((_context, resource) => aliasFrom(resource, uris))
    .setKeyPairsDispatcher(async (_context, identifier) => {
      const view = await findActor(parts, identifier)
      return view && !view.deleted ? openKeyPairs(db, keyring, view) : []
    })
}

/** One of ours by the last part of its actor id: an account, or `instance`. One that is deleted is found too. */
export async function findActor(
  { db, uris }: Pick<SurfaceParts, 'db' | 'uris'>,
  identifier: string,
): Promise<AccountView | undefined> {
  if (identifier === INSTANCE_ACTOR) return viewInstanceActor(db, uris.instanceActor)
  const id = readId<AccountId>(identifier)
  const view = id && (await viewAccount(db, id))
  // Accounts from elsewhere, and the server's own, have a number too, but not this address.
  return view && view.uri === uris.actor(view.id) ? view : undefined
}

function documentOf({ uris }: SurfaceParts, view: AccountView, { keysOnly }: Reading) {
  if (view.kind === 'application') return instanceActorFrom(view, uris)
  return keysOnly ? bareActorFrom(view, uris) : actorFrom(view, uris)
}

function actorOf(object: ActivityPubObject): Actor {
  if (!isActor(object)) throw new TypeError(`${object.id} is no actor`)
  return object
}

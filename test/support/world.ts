import { createIds } from '../../src/base/ids.ts'
import { Secret } from '../../src/base/secret.ts'
import { createUris } from '../../src/base/uris.ts'
import type { Db } from '../../src/db/connect.ts'
import type { Account, LocalAccount, RemoteActor } from '../../src/domain/accounts/account.ts'
import { findAccountByHandle, findAccountByUri } from '../../src/domain/accounts/find.ts'
import { registerAccount } from '../../src/domain/accounts/register.ts'
import { rememberActor } from '../../src/domain/accounts/remember.ts'
import { defaultLimits, type World } from '../../src/domain/world.ts'
import { createEffects } from '../../src/effects/handlers.ts'
import { createKeyring } from '../../src/federation/keys.ts'
import { createSeal } from '../../src/federation/seal.ts'
import { movableClock } from './clock.ts'

export const ORIGIN = 'https://weft.test'

/** The whole domain on a real database; only the network is missing: the directory knows who is in the database. */
export function testWorld(db: Db, secret = 'a secret of the tests, long enough') {
  const clock = movableClock()
  const uris = createUris(ORIGIN, 'weft.test')
  const parts = { clock, uris, ids: createIds(clock, 0), limits: { ...defaultLimits } }
  const keyring = createKeyring(new Secret(secret), uris)
  const world: World = {
    ...parts,
    db,
    effects: createEffects({ ...parts, seal: createSeal({ keyring, clock }) }),
    keyring,
    directory: {
      find: (handle) =>
        findAccountByHandle(db, handle.host === 'weft.test' ? { name: handle.name, host: null } : handle),
      findByUri: (uri) => findAccountByUri(db, uri),
    },
  }
  return { world, clock }
}

/** A person here. */
export async function personHere(
  world: World,
  name: string,
  more: { manuallyApprovesFollowers?: boolean } = {},
): Promise<LocalAccount> {
  return registerAccount(world, { name, ...more })
}

/** A person elsewhere, as known from their actor document. */
export async function personElsewhere(
  world: World,
  name: string,
  host = 'far.test',
  more: Partial<RemoteActor> = {},
): Promise<Account> {
  const uri = `https://${host}/users/${name}`
  return rememberActor(world, {
    uri,
    kind: 'person',
    name,
    host,
    handleVerified: true,
    url: `https://${host}/@${name}`,
    displayName: name,
    bioHtml: '',
    fields: [],
    avatarUrl: null,
    headerUrl: null,
    alsoKnownAs: [],
    movedToUri: null,
    manuallyApprovesFollowers: false,
    discoverable: true,
    indexable: true,
    inboxUrl: `${uri}/inbox`,
    sharedInboxUrl: `https://${host}/inbox`,
    outboxUrl: `${uri}/outbox`,
    followersUrl: `${uri}/followers`,
    followingUrl: `${uri}/following`,
    featuredUrl: null,
    publishedAt: null,
    featuredTagsUrl: null,
    attributionDomains: [],
    memorial: false,
    suspended: false,
    copiedToUris: [],
    showsMedia: true,
    showsMediaReplies: true,
    showsFeatured: true,
    avatarAlt: '',
    headerAlt: '',
    keys: [],
    ...more,
  })
}

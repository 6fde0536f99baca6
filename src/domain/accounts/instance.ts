import type { AccountId } from '../../base/ids.ts'
import { transact } from '../../db/transact.ts'
import type { World } from '../world.ts'
import type { Account } from './account.ts'
import { findAccountByUri } from './find.ts'
import { insertKeys, insertLocalAccount } from './store.ts'

/** The server's own actor, which signs what no person asks for. Made at the first start; safe to call from several processes. */
export async function ensureInstanceAccount(world: Omit<World, 'directory'>): Promise<Account> {
  const { db, clock, ids, uris, keyring } = world
  const uri = uris.instanceActor
  const known = await findAccountByUri(db, uri)
  if (known) return known

  const id = ids.next<AccountId>()
  const keys = await keyring.generate(id)
  await transact(db, async (tx) => {
    const inserted = await insertLocalAccount(tx, {
      id,
      uri,
      kind: 'application',
      name: uris.handleHost,
      url: `${uris.origin}/about`,
      displayName: uris.handleHost,
      followersUrl: `${uri}/followers`,
      followingUrl: `${uri}/following`,
      createdAt: clock.now(),
      manuallyApprovesFollowers: true,
    })
    // Its address is fixed and holds no id, so neither do its keys' addresses.
    if (inserted)
      await insertKeys(
        tx,
        id,
        keys.map((key) => ({ ...key, uri: uri + new URL(key.uri).hash })),
      )
  })
  const account = await findAccountByUri(db, uri)
  if (!account) throw new Error(`the name ${uris.handleHost} is taken, so the instance has no actor`)
  return account
}

import type { AccountId } from '../../base/ids.ts'
import { transact } from '../../db/transact.ts'
import { ensureInboxes } from '../../jobs/hosts.ts'
import { keepEmojis } from '../emojis/keep.ts'
import { findVerdictOn } from '../moderation/find.ts'
import type { World } from '../world.ts'
import type { Account, RemoteActor } from './account.ts'
import { findFieldsByUri } from './find.ts'
import { addRestriction } from './moderation-store.ts'
import { deleteOtherKeys, upsertRemoteAccount, upsertRemoteKeys } from './store.ts'
import { keepMarks } from './verify-links.ts'

/** Keeps what another server's actor document says, whether new or known; the uri decides who it is. */
export async function rememberActor(world: World, actor: RemoteActor): Promise<Account> {
  const { db, ids, clock } = world
  // Inboxes stand apart from the accounts that name them, and looking them up must not hold locks on accounts.
  const wanted = actor.sharedInboxUrl ? [actor.inboxUrl, actor.sharedInboxUrl] : [actor.inboxUrl]
  const inboxes = await ensureInboxes(db, wanted)
  const inboxId = inboxes.get(actor.inboxUrl)
  if (inboxId === undefined) throw new Error(`no inbox row for ${actor.inboxUrl}`)
  const sharedInboxId = (actor.sharedInboxUrl && inboxes.get(actor.sharedInboxUrl)) || null

  const verdict = await findVerdictOn(db, actor)
  const taken = verdict?.rejectMedia ? { ...actor, avatarUrl: null, headerUrl: null, emojis: [] } : actor

  return transact(db, async (tx) => {
    const now = clock.now()
    const id = ids.next<AccountId>()
    const before = actor.fields.length > 0 ? await findFieldsByUri(tx, actor.uri) : []
    const fields = keepMarks(before, actor.fields)
    const account = await upsertRemoteAccount(
      tx,
      { ...taken, fields },
      {
        id,
        inboxId,
        sharedInboxId,
        now,
      },
    )
    if (account.id !== id) await deleteOtherKeys(tx, account.id, actor.keys)
    await upsertRemoteKeys(tx, account.id, actor.keys, now)
    if (taken.emojis?.length) await keepEmojis(world, tx, [{ host: account.host, emojis: taken.emojis }])
    if (verdict?.severity === 'limit') await addRestriction(tx, [account.id], 'limited', 'domain', now)
    if (verdict?.severity !== 'suspend') return account
    await addRestriction(tx, [account.id], 'suspended', 'domain', now)
    return { ...account, suspended: true }
  })
}

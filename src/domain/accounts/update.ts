import { transact } from '../../db/transact.ts'
import { record } from '../../facts/record.ts'
import { cleanText } from '../../text/clean.ts'
import { htmlFrom } from '../../text/html.ts'
import type { World } from '../world.ts'
import type { LocalAccount } from './account.ts'
import { updateProfile } from './store.ts'

export interface ProfileChange {
  readonly displayName?: string
  /** plain text */
  readonly bio?: string
  readonly manuallyApprovesFollowers?: boolean
}

/** Changes what an account of ours says of itself, and tells its followers. */
export async function updateAccount(
  world: World,
  account: LocalAccount,
  change: ProfileChange,
): Promise<void> {
  const bio = change.bio === undefined ? undefined : cleanText(change.bio).trim().slice(0, 5000)
  await transact(world.db, async (tx) => {
    await updateProfile(
      tx,
      account.id,
      {
        ...(change.displayName !== undefined && {
          displayName: cleanText(change.displayName).trim().slice(0, 100),
        }),
        ...(bio !== undefined && {
          bioSource: bio,
          bioHtml: htmlFrom(bio, { mention: () => undefined, tagUrl: (name) => world.uris.tag(name) }),
        }),
        ...(change.manuallyApprovesFollowers !== undefined && {
          manuallyApprovesFollowers: change.manuallyApprovesFollowers,
        }),
      },
      world.clock.now(),
    )
    await record(world, tx, { type: 'account.updated', accountId: account.id })
  })
}

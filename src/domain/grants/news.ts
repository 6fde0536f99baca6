import type { AccountId, GrantId } from '../../base/ids.ts'
import { notifyList } from '../../db/notify.ts'
import type { Tx } from '../../db/transact.ts'

/** The channel on which every process hears which grants have ended, in the moment they have. */
export const GRANTS_CHANNEL = 'grants'

/** Grants that have ended: those named, and all that these accounts had given. */
export interface GrantNews {
  readonly grantIds: ReadonlySet<GrantId>
  readonly accountIds: ReadonlySet<AccountId>
}

export async function tellEnded(
  tx: Tx,
  ended: { readonly grantIds?: readonly GrantId[]; readonly accountIds?: readonly AccountId[] },
): Promise<void> {
  const words = [
    ...(ended.grantIds ?? []).map((id) => `grant ${id}`),
    ...(ended.accountIds ?? []).map((id) => `account ${id}`),
  ]
  await notifyList(tx, GRANTS_CHANNEL, words)
}

export function grantNewsFrom(payload: string): GrantNews {
  const words = JSON.parse(payload) as string[]
  const after = <T extends string>(start: string) =>
    new Set(words.filter((word) => word.startsWith(start)).map((word) => word.slice(start.length) as T))
  return { grantIds: after<GrantId>('grant '), accountIds: after<AccountId>('account ') }
}

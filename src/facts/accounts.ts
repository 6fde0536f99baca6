import type { AccountId, StrikeId } from '../base/ids.ts'

/** Something happens to an account of ours. */
export type AccountFact =
  | {
      readonly type: 'account.registered'
      readonly accountId: AccountId
      /** they came by themselves; nothing said: somebody made the account for them */
      readonly bySelf?: true
    }
  /** somebody wants to come in, and waits for those who look after this server to approve it */
  | { readonly type: 'account.waits'; readonly accountId: AccountId }
  | { readonly type: 'account.updated'; readonly accountId: AccountId }
  /** its links were found to lead back, or not to do so any more */
  | { readonly type: 'account.verified'; readonly accountId: AccountId }
  /** it goes on elsewhere */
  | { readonly type: 'account.moved'; readonly accountId: AccountId; readonly targetUri: string }
  /** those who look after the server have warned it, or decided something about it */
  | { readonly type: 'account.warned'; readonly accountId: AccountId; readonly strikeId: StrikeId }
  /** it is gone for good */
  | { readonly type: 'account.deleted'; readonly accountId: AccountId }

import type { AccountId } from '../base/ids.ts'

/** The server and one that passes things on. */
export interface RelayFact<Type extends string> {
  readonly type: Type
  /** the server's own actor */
  readonly accountId: AccountId
  readonly followUri: string
  readonly objectUri: string
  readonly inboxId: number
}

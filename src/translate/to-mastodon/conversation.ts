import type { TalkView } from '../../views/conversations.ts'
import { accountFrom, type MastodonAccount } from './account.ts'
import { type MastodonStatus, statusFrom, type Telling } from './status.ts'

export interface MastodonConversation {
  readonly id: string
  readonly unread: boolean
  readonly accounts: readonly MastodonAccount[]
  readonly last_status: MastodonStatus
}

export function conversationFrom(
  { id, unread, accounts, last }: TalkView,
  telling: Telling,
): MastodonConversation {
  return {
    id,
    unread,
    accounts: accounts.map((account) => accountFrom(account, telling.uris)),
    last_status: statusFrom(last, telling),
  }
}

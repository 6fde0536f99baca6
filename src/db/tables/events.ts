import type { Generated, GeneratedAlways } from 'kysely'
import type { AccountId, GrantId } from '../../base/ids.ts'
import type { Visibility } from '../../base/visibility.ts'

export interface EventTopicTable {
  topic: string
  subject: string
  /** every event of it with a higher position is still there */
  since: string
  wanted_until: Date
}

export interface EventTable {
  id: GeneratedAlways<string>
  /** null until somebody reads it */
  position: string | null
  topic: string
  subject: string
  verb: 'Add' | 'Remove' | 'Update' | 'Delete'
  thing: string
  thing_id: string | null
  uri: string | null
  author_id: AccountId | null
  visibility: Visibility | null
  mentioned: AccountId[] | null
  created_at: Generated<Date>
  /** the transaction that wrote it */
  written_by: Generated<string | null>
}

export interface StreamTicketTable {
  ticket_hash: Buffer
  grant_id: GrantId
  token_hash: Buffer
  path: string
  expires_at: Date
}

import type { Generated } from 'kysely'
import type { AccountId } from '../../base/ids.ts'

export interface InviteTable {
  id: Generated<number>
  /** SHA-256 of what stands in the link */
  code_hash: Buffer
  /** null: somebody at the command line */
  made_by: AccountId | null
  /** null: any number */
  most_uses: number | null
  uses: Generated<number>
  expires_at: Date | null
  revoked_at: Date | null
  created_at: Date
}

import type { Generated } from 'kysely'
import type { AccountId, BlockId, DomainBlockId, MuteId, ReportId, RuleId } from '../../base/ids.ts'

export interface BlockTable {
  account_id: AccountId
  target_id: AccountId
  id: BlockId
  /** the id of the Block activity, ours or theirs */
  uri: string
  created_at: Date
}

export interface MuteTable {
  account_id: AccountId
  target_id: AccountId
  id: MuteId
  /** whether notifications from the target are kept back, too */
  notifications: Generated<boolean>
  expires_at: Date | null
  created_at: Date
}

export interface UserDomainBlockTable {
  account_id: AccountId
  domain: string
  created_at: Date
}

/** `none` still rejects media or reports; `limit` keeps what is said there from strangers; `suspend` ends all contact. */
export type DomainSeverity = 'none' | 'limit' | 'suspend'

export interface DomainBlockTable {
  id: Generated<DomainBlockId>
  domain: string
  severity: DomainSeverity
  reject_media: Generated<boolean>
  reject_reports: Generated<boolean>
  obfuscate: Generated<boolean>
  public_comment: Generated<string>
  private_comment: Generated<string>
  created_at: Date
  updated_at: Date
}

export type ReportCategory = 'spam' | 'legal' | 'violation' | 'other'

export interface ReportTable {
  id: ReportId
  uri: string | null
  reporter_id: AccountId | null
  /** where it came from; null when somebody here made it */
  host: string | null
  target_id: AccountId
  post_uris: Generated<string[]>
  comment: Generated<string>
  forwarded: Generated<boolean>
  category: Generated<ReportCategory>
  rule_ids: Generated<RuleId[]>
  /** who of those who look after the server looks into it */
  assigned_to: Generated<AccountId | null>
  updated_at: Generated<Date | null>
  created_at: Date
  resolved_at: Date | null
  resolved_by: AccountId | null
}

export interface ReachTable {
  /** the id of a post of ours, or of an account when all that it ever said is meant */
  subject: string
  inboxes: Buffer
}

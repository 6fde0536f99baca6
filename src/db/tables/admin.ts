import type { Generated } from 'kysely'
import type {
  AccountId,
  AnnouncementId,
  DomainAllowId,
  EmailBlockId,
  EmailDomainBlockId,
  IpBlockId,
  ModerationActId,
  PostId,
  ReportId,
  StrikeId,
} from '../../base/ids.ts'

export type IpSeverity = 'sign_up_requires_approval' | 'sign_up_block' | 'no_access'
export type StrikeAction = 'none' | 'sensitive' | 'disable' | 'silence' | 'suspend'

export interface IpBlockTable {
  id: IpBlockId
  /** a network, as PostgreSQL writes it: `192.0.2.0/24` */
  address: string
  severity: IpSeverity
  comment: Generated<string>
  expires_at: Date | null
  created_at: Date
  updated_at: Date
}

export interface EmailDomainBlockTable {
  id: EmailDomainBlockId
  domain: string
  created_at: Date
}

export interface EmailBlockTable {
  id: EmailBlockId
  /** SHA-256 of the mailbox, in hexadecimal */
  hash: string
  account_id: AccountId | null
  created_at: Date
}

export interface DomainAllowTable {
  id: DomainAllowId
  domain: string
  created_at: Date
}

/** What somebody was warned of, or had to bear. */
export interface StrikeTable {
  id: StrikeId
  account_id: AccountId
  by_id: AccountId | null
  action: StrikeAction
  text: Generated<string>
  report_id: ReportId | null
  post_ids: Generated<PostId[]>
  created_at: Date
}

/** Who decided what, and when. */
export interface ModerationActTable {
  id: ModerationActId
  /** null: somebody at the command line, or somebody who is gone */
  by_id: AccountId | null
  act: string
  subject: string
  details: Generated<string>
  created_at: Date
}

export interface AnnouncementTable {
  id: AnnouncementId
  text: string
  starts_at: Date | null
  ends_at: Date | null
  all_day: Generated<boolean>
  published_at: Date
  updated_at: Date
}

export interface AnnouncementDismissalTable {
  account_id: AccountId
  announcement_id: AnnouncementId
}

export interface AnnouncementReactionTable {
  announcement_id: AnnouncementId
  /** an emoji, or the shortcode of one of this server */
  name: string
  account_id: AccountId
  created_at: Date
}

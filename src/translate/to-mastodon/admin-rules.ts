import { createHash } from 'node:crypto'
import type { DomainSeverity } from '../../db/tables/moderation.ts'
import type { IpBlock } from '../../domain/moderation/entry-find.ts'
import type {
  DomainAllowView,
  DomainBlockView,
  EmailBlockView,
  EmailDomainBlockView,
} from '../../views/entry-rules.ts'
import { dateWord } from './words.ts'

/** What both sides call how hard a decision about a domain is. */
export const SEVERITIES = { noop: 'none', silence: 'limit', suspend: 'suspend' } as const satisfies Record<
  string,
  DomainSeverity
>

export function severityWord(severity: DomainSeverity): keyof typeof SEVERITIES {
  const words = Object.keys(SEVERITIES) as (keyof typeof SEVERITIES)[]
  return words.find((word) => SEVERITIES[word] === severity) ?? 'suspend'
}

export function adminDomainBlockFrom(view: DomainBlockView) {
  return {
    id: view.id,
    domain: view.domain,
    digest: createHash('sha256').update(view.domain).digest('hex'),
    created_at: dateWord(view.createdAt),
    severity: severityWord(view.severity),
    reject_media: view.rejectMedia,
    reject_reports: view.rejectReports,
    private_comment: view.privateComment === '' ? null : view.privateComment,
    public_comment: view.publicComment === '' ? null : view.publicComment,
    obfuscate: view.obfuscate,
  }
}

export function adminDomainAllowFrom({ id, domain, createdAt }: DomainAllowView) {
  return { id, domain, created_at: dateWord(createdAt) }
}

export function adminIpBlockFrom({ id, address, severity, comment, expiresAt, createdAt }: IpBlock) {
  return {
    id,
    ip: address,
    severity,
    comment,
    created_at: dateWord(createdAt),
    expires_at: expiresAt && dateWord(expiresAt),
  }
}

/** How often somebody tried is not counted, so every day of the last week has none. */
export function adminEmailDomainBlockFrom({ id, domain, createdAt }: EmailDomainBlockView, now: Date) {
  const today = Math.floor(now.getTime() / 86_400_000)
  return {
    id,
    domain,
    created_at: dateWord(createdAt),
    history: Array.from({ length: 7 }, (_, ago) => ({
      day: String((today - ago) * 86_400),
      accounts: '0',
      uses: '0',
    })),
  }
}

export function adminEmailBlockFrom({ id, hash }: EmailBlockView) {
  return { id, canonical_email_hash: hash }
}

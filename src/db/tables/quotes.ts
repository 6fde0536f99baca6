import type { Generated } from 'kysely'
import type { AccountId, ApprovalId, PostId } from '../../base/ids.ts'

/**
 * - `pending`: nobody has said yes yet
 * - `accepted`: its author, or by their stamp the author of what it quotes, stands for it
 * - `unstated`: quoted in an older form, with nobody asked
 * - `gone`: what it quotes is no more
 */
export type QuoteState = 'pending' | 'accepted' | 'rejected' | 'revoked' | 'unstated' | 'gone'

export interface QuoteTable {
  post_id: PostId
  account_id: AccountId
  quoted_uri: string
  quoted_id: PostId | null
  state: QuoteState
  stamp_uri: string | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

export type InteractionKind = 'like' | 'reply' | 'announce' | 'quote'
export type ApprovalState = 'pending' | 'approved' | 'rejected' | 'revoked'

/** Who may: ids of actors and of collections of them, or Public, in full. */
export interface SubPolicyJson {
  automatic: readonly string[]
  manual: readonly string[]
}
export type PolicyJson = { readonly [Kind in InteractionKind]?: SubPolicyJson } & {
  /** its server knows no requests: leave is asked for by doing it, before its author alone (GoToSocial up to 0.19) */
  readonly byDoing?: true
}

export interface ApprovalTable {
  id: ApprovalId
  kind: InteractionKind
  target_id: PostId
  decider_id: AccountId
  actor_id: AccountId
  uri: string
  request_uri: string | null
  state: ApprovalState
  stamp_uri: string | null
  body: string | null
  created_at: Generated<Date>
  decided_at: Date | null
}

import type { FederationRow } from './row.ts'

/** Replies, conversations, history and numbers. */
export const conversations: readonly FederationRow[] = []

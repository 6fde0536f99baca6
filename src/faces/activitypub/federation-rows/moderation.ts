import type { FederationRow } from './row.ts'

/** Blocks, reports, deletes, and who may read what. */
export const moderation: readonly FederationRow[] = []

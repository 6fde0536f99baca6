import type { FederationRow } from './row.ts'

/** Quotes, and who may reply, like, boost or quote. */
export const quotes: readonly FederationRow[] = []

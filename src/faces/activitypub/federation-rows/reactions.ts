import type { FederationRow } from './row.ts'

/** Boosts, likes, emoji reactions and what undoes them. */
export const reactions: readonly FederationRow[] = []

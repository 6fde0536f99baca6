/**
 * Every kind of job that stands in no lane; `effects/handlers.ts` holds one function for each.
 * - `deliver` finds whom an activity of ours goes to, and expands it into deliveries, some thousand inboxes at a time
 * - `home` writes a post into the homes of more local followers than one transaction should take
 * - `ask` takes an activity from elsewhere that first needs something from another server
 */
export const jobKinds = ['deliver', 'home', 'ask'] as const

export type JobKind = (typeof jobKinds)[number]

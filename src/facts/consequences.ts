import type { FactType } from './facts.ts'

/** The names of everything that can follow; `effects/handlers.ts` holds one function for each. */
export type EffectName = 'timelines' | 'notify' | 'deliver' | 'inboxes' | 'documents' | 'history' | 'previews'

/**
 * What follows from what: the one page that explains the server's behaviour.
 *
 * Each effect runs `within` its fact's transaction: set-based, bounded SQL that reads current state and may be repeated
 * without harm. Where the work is not bounded (a fan-out to many inboxes or many local followers) the effect itself
 * enqueues a job in that same transaction, so either both happened or neither did.
 *
 * - `timelines` writes and withdraws home rows, and fills a home after a new follow
 * - `notify` writes and withdraws notifications
 * - `deliver` keeps our activity as the exact bytes to serve, and enqueues its expansion to inboxes
 * - `inboxes` lets posts come into the inboxes that apps read; after `deliver`, which names what is said here
 * - `history` lets be asked for what somebody elsewhere said before
 * - `previews` lets pages that posts link to be asked what they are
 * - `documents` tells every process which cached public documents no longer hold
 */
export const consequences: Readonly<Record<FactType, readonly EffectName[]>> = {
  'account.registered': ['documents'],
  'account.updated': ['deliver', 'documents'],
  'relay.asked': ['deliver'],
  'relay.left': ['deliver'],
  'server.returned': ['deliver'],
  'account.verified': ['documents'],
  'account.moved': ['deliver', 'documents'],
  'account.deleted': ['deliver', 'documents'],
  'tag.featured': ['deliver', 'documents'],
  'tag.unfeatured': ['deliver', 'documents'],
  'post.published': ['timelines', 'notify', 'deliver', 'inboxes', 'previews', 'documents'],
  'post.received': ['timelines', 'notify', 'inboxes', 'previews', 'documents'],
  'post.edited': ['notify', 'deliver', 'inboxes', 'previews', 'documents'],
  'post.removed': ['deliver', 'documents'],
  'post.pinned': ['deliver', 'documents'],
  'post.unpinned': ['deliver', 'documents'],
  'interaction.requested': ['notify', 'deliver'],
  'interaction.approved': ['notify', 'deliver', 'documents'],
  'interaction.refused': ['notify', 'deliver'],
  'interaction.revoked': ['deliver', 'documents'],
  'quote.settled': ['notify', 'deliver', 'documents'],
  'policy.changed': ['deliver', 'documents'],
  'collection.made': ['documents'],
  'collection.changed': ['documents'],
  'collection.removed': ['documents'],
  'account.restricted': ['documents'],
  'block.made': ['timelines', 'notify', 'deliver', 'inboxes'],
  'block.lifted': ['deliver'],
  'mute.made': ['timelines', 'inboxes'],
  'mute.lifted': ['timelines'],
  'report.made': ['notify', 'deliver'],
  'poll.voted': ['deliver', 'documents'],
  'poll.counted': ['deliver'],
  'poll.closed': ['notify', 'deliver', 'documents'],
  'follow.requested': ['notify', 'deliver'],
  'follow.accepted': ['timelines', 'notify', 'deliver', 'documents', 'history'],
  'follow.rejected': ['timelines', 'notify', 'deliver', 'inboxes', 'documents'],
  'follow.undone': ['timelines', 'notify', 'deliver', 'inboxes', 'documents'],
  'follow.severed': ['timelines', 'notify', 'inboxes', 'documents'],
  'reaction.added': ['notify', 'deliver', 'documents'],
  'reaction.removed': ['notify', 'deliver', 'documents'],
  'boost.added': ['timelines', 'notify', 'deliver', 'inboxes', 'documents'],
  'boost.removed': ['notify', 'deliver', 'documents'],
}

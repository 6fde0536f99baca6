import type { FactType } from './facts.ts'

/** The names of everything that can follow; `effects/handlers.ts` holds one function for each. */
export type EffectName =
  | 'timelines'
  | 'notify'
  | 'deliver'
  | 'inboxes'
  | 'documents'
  | 'history'
  | 'previews'
  | 'search'
  | 'events'

/**
 * What follows from what: the one page that explains the server's behaviour.
 *
 * Each effect runs `within` its fact's transaction: set-based, bounded SQL that reads current state and may be repeated
 * without harm. Where the work is not bounded (a fan-out to many inboxes or many local followers) the effect itself
 * enqueues a job in that same transaction, so either both happened or neither did.
 *
 * - `timelines` writes and withdraws home rows, fills a home after a new follow, and keeps conversations
 * - `notify` writes and withdraws notifications; the table itself makes a job `push` for each app that wants to be told
 * - `deliver` keeps our activity as the exact bytes to serve, and enqueues its expansion to inboxes
 * - `inboxes` lets posts come into the inboxes that apps read; after `deliver`, which names what is said here
 * - `history` lets be asked for what somebody elsewhere said before
 * - `previews` lets pages that posts link to be asked what they are
 * - `search` lets posts be found by their words
 * - `events` tells those who listen; it comes after all others, since it tells what they have entered
 * - `documents` tells every process which cached public documents no longer hold
 */
export const consequences: Readonly<Record<FactType, readonly EffectName[]>> = {
  'account.registered': ['notify', 'documents', 'events'],
  'account.waits': ['notify', 'events'],
  'account.updated': ['deliver', 'documents', 'events'],
  'relay.asked': ['deliver'],
  'relay.left': ['deliver'],
  'server.returned': ['deliver'],
  'account.verified': ['documents', 'events'],
  'account.moved': ['deliver', 'documents', 'events'],
  'account.deleted': ['deliver', 'documents', 'events'],
  'tag.featured': ['deliver', 'documents', 'events'],
  'tag.unfeatured': ['deliver', 'documents', 'events'],
  'post.published': [
    'timelines',
    'notify',
    'deliver',
    'inboxes',
    'previews',
    'search',
    'documents',
    'events',
  ],
  'post.withheld': ['deliver', 'search', 'events'],
  'post.received': ['timelines', 'notify', 'inboxes', 'previews', 'search', 'documents', 'events'],
  'post.edited': ['notify', 'deliver', 'inboxes', 'previews', 'search', 'documents', 'events'],
  'post.removed': ['timelines', 'deliver', 'documents', 'events'],
  'post.pinned': ['deliver', 'documents', 'events'],
  'post.unpinned': ['deliver', 'documents', 'events'],
  'interaction.requested': ['notify', 'deliver', 'events'],
  'interaction.approved': ['notify', 'deliver', 'documents', 'events'],
  'interaction.refused': ['notify', 'deliver', 'events'],
  'interaction.revoked': ['deliver', 'documents', 'events'],
  'quote.settled': ['notify', 'deliver', 'documents', 'events'],
  'policy.changed': ['deliver', 'documents', 'events'],
  'activity.given': ['deliver'],
  'collection.made': ['documents'],
  'collection.changed': ['documents', 'events'],
  'collection.removed': ['documents', 'events'],
  'member.added': ['documents', 'events'],
  'member.removed': ['documents', 'events'],
  'account.restricted': ['documents'],
  'block.made': ['timelines', 'notify', 'deliver', 'inboxes', 'events'],
  'block.lifted': ['deliver', 'events'],
  'mute.made': ['timelines', 'inboxes'],
  'mute.lifted': ['timelines'],
  'filters.changed': ['events'],
  'notices.taken': ['events'],
  'report.made': ['notify', 'deliver', 'events'],
  'account.warned': ['notify', 'events'],
  'announcement.published': ['events'],
  'announcement.removed': ['events'],
  'announcement.reacted': ['events'],
  'poll.voted': ['deliver', 'documents', 'events'],
  'poll.counted': ['deliver', 'events'],
  'poll.closed': ['notify', 'deliver', 'documents', 'events'],
  'follow.requested': ['notify', 'deliver', 'events'],
  'follow.accepted': ['timelines', 'notify', 'deliver', 'documents', 'history', 'events'],
  'follow.rejected': ['timelines', 'notify', 'deliver', 'inboxes', 'documents', 'events'],
  'follow.undone': ['timelines', 'notify', 'deliver', 'inboxes', 'documents', 'events'],
  'follow.severed': ['timelines', 'notify', 'inboxes', 'documents', 'events'],
  'reaction.added': ['notify', 'deliver', 'documents', 'events'],
  'reaction.removed': ['notify', 'deliver', 'documents', 'events'],
  'boost.added': ['timelines', 'notify', 'deliver', 'inboxes', 'documents', 'events'],
  'boost.removed': ['notify', 'deliver', 'documents', 'events'],
}

import type { FederationRow } from './row.ts'

/** Replies, conversations, history and numbers. */
export const conversations: readonly FederationRow[] = [
  {
    feature: '`replies`',
    in: 'read on view, level by level, with budgets for each host and tree, on from where a host let us wait',
    out: 'all public replies, those from elsewhere too; the first five within the post',
    tests: [
      'test/flows/whole-conversation.test.ts › is whole after somebody looked',
      'test/flows/whole-conversation.test.ts › S-071: who looks and looks again',
      'test/faces/activitypub/surface.test.ts › lists the open replies to it',
    ],
  },
  {
    feature: '`context` collections',
    fep: '7888',
    in: 'read where the server of the root keeps one',
    out: 'a Collection of post ids with its owner, linked from each post',
    tests: ['test/flows/whole-conversation.test.ts › is read from the list of its conversation'],
  },
  {
    feature: 'Conversations and containers',
    fep: 'f228',
    in: '`context` only',
    out: '`context` on every post',
    tests: [
      'test/flows/conversation-of-two.test.ts › a thread, a profile and their numbers are the same on both sides',
    ],
  },
  {
    feature: 'History of profiles',
    in: 'outbox and featured posts, at a new follow and on view, a few pages for each host',
    out: 'whole activities with their posts in the outbox',
    tests: [
      'test/flows/profile-history.test.ts › whoever begins to follow somebody elsewhere',
      'test/flows/profile-history.test.ts › S-095',
    ],
  },
  {
    feature: 'Numbers',
    in: 'those of the origin where they are larger, marked as its word',
    out: 'true ones in every collection',
    tests: ['test/flows/true-counts.test.ts › are its own server’s where they are larger'],
  },
]

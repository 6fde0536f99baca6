import type { FederationRow } from './row.ts'

/** Blocks, reports, deletes, and who may read what. */
export const moderation: readonly FederationRow[] = [
  {
    feature: 'Block',
    in: 'who blocks somebody here is not shown to them, nor they to who blocks, until the Undo',
    out: 'to the one who is blocked, after Undo and Reject of the follows; not where that is not wanted',
    tests: [
      'test/flows/block-is-kept.test.ts › is told so by a Block',
      'test/flows/block-is-kept.test.ts › is seen by them no more',
    ],
  },
  {
    feature: 'Flag',
    in: 'a report with its posts, from any actor',
    out: 'from the server’s own actor: the account first, then the posts',
    tests: [
      'test/flows/reports.test.ts › is a report with its posts, known or not',
      'test/flows/reports.test.ts › goes to their server as a Flag of ours',
    ],
  },
  {
    feature: 'Domain blocks and suspensions',
    in: 'answered 403; nothing is fetched from or sent there',
    out: 'nothing; a suspended account of ours says `suspended`',
    tests: [
      'test/flows/domain-block.test.ts › is answered 403',
      'test/flows/domain-block.test.ts › gets nothing more',
    ],
  },
  {
    feature: 'Delete to everyone who got the post',
    in: 'before its Create as well',
    out: 'to every inbox that it ever reached, and to who fetched it',
    tests: [
      'test/flows/delete-is-heard.test.ts › reaches who left, was named only once',
      'test/flows/delete-is-heard.test.ts › S-044',
    ],
  },
  {
    feature: 'Follower synchronisation',
    fep: '8fcf',
    in: 'the list is asked for where the digests differ, of the same host alone',
    out: '`Collection-Synchronization` with what goes to followers, and the list to the host that it is about',
    tests: [
      'test/flows/follower-sync.test.ts › tells each host which of them',
      'test/flows/follower-sync.test.ts › is read where they differ',
    ],
  },
  {
    feature: 'Authorized fetch',
    spec: 'https://docs.joinmastodon.org/spec/security/#secure-mode',
    in: 'every request is signed, by the server’s own actor',
    out: 'optional: then only keys, the server’s own actor and discovery are read unsigned',
    tests: ['test/flows/authorized-fetch.test.ts › follow each other, and posts arrive'],
  },
]

import type { FederationRow } from './row.ts'

/** Blocks, reports, deletes, and who may read what. */
export const moderation: readonly FederationRow[] = [
  {
    feature: 'Block',
    in: 'holds here as if it were done here: neither sees, follows, answers or notifies the other',
    out: 'to the one who is blocked, after the Undo and the Reject of follows; an account may prefer to tell nobody',
    tests: [
      'test/flows/block-is-kept.test.ts › is told so by a Block',
      'test/flows/block-is-kept.test.ts › is seen by them no more',
    ],
  },
  {
    feature: 'Undo of a Block',
    in: 'embedded or by id, from the one who blocked',
    out: 'with the whole Block embedded',
    tests: ['test/flows/block-is-kept.test.ts › may come back once it is taken back'],
  },
  {
    feature: 'Blocked domains',
    in: 'answered 403, with everything below them; nothing of theirs is shown',
    out: 'nothing is sent there, nothing is fetched from there',
    how: 'also limited ones, which only their followers come upon, and ones without media or reports',
    tests: [
      'test/flows/domain-block.test.ts › is answered 403',
      'test/flows/domain-block.test.ts › gets nothing more',
      'test/flows/domain-block.test.ts › may be kept from bringing pictures',
    ],
  },
  {
    feature: 'Suspended accounts',
    in: 'nothing new has an effect, and what was said before is hidden',
    out: '`suspended` on the actor, told by an Update; its lists are empty of everything: 404',
    tests: ['test/flows/domain-block.test.ts › of ours says so to its followers'],
  },
  {
    feature: 'Flag',
    in: 'from any actor, accounts and posts in any order, whole or by id, known or not; at most 60 an hour from one host',
    out: 'from the instance actor, the account first, at most 5,000 characters',
    tests: [
      'test/flows/reports.test.ts › is a report with its posts',
      'test/flows/reports.test.ts › goes to their server as a Flag of ours',
    ],
  },
  {
    feature: 'Delete of a post',
    in: 'from its author; one that comes before its Create wins',
    out: 'a Tombstone, to every inbox that ever got the post and to whoever boosted, quoted, answered, liked or fetched it',
    tests: [
      'test/flows/delete-is-heard.test.ts › reaches who left',
      'test/flows/delete-is-heard.test.ts › that somebody fetched by their own hand',
      'test/flows/delete-is-heard.test.ts › S-044',
    ],
  },
  {
    feature: 'Collection-Synchronization',
    fep: '8fcf',
    in: 'compared; where the two differ, the list is read and the difference repaired',
    out: 'on what is said to followers, signed; the list is given to the host that it is about',
    tests: [
      'test/flows/follower-sync.test.ts › tells each host which of them',
      'test/flows/follower-sync.test.ts › is given to the host that it is about',
      'test/flows/follower-sync.test.ts › is read where they differ',
    ],
  },
  {
    feature: 'Authorized fetch',
    in: 'every fetch of ours is signed by the instance actor',
    out: '`WEFT_AUTHORIZED_FETCH=on`: without a signature no more than keys; a blocked reader gets no more at any time',
    tests: [
      'test/flows/authorized-fetch.test.ts › follow each other',
      'test/flows/authorized-fetch.test.ts › give nobody anything without one',
      'test/flows/block-is-kept.test.ts › reads nothing by their signature',
    ],
  },
]

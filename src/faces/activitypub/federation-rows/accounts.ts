import type { FederationRow } from './row.ts'

/** What happens to accounts: follows, profiles, moves, groups. */
export const accounts: readonly FederationRow[] = [
  {
    feature: 'Follow',
    in: 'accepted at once, or held where followers are approved by hand; answered again under a new id',
    out: 'yes',
    tests: ['test/flows/two-servers.test.ts › follow each other, by handle'],
  },
  {
    feature: 'Accept and Reject of a Follow',
    in: 'embedded or by id, from the one who was asked',
    out: 'with the whole Follow embedded (Threads, Pixelfed)',
    tests: ['test/flows/forgery.test.ts › S-047'],
  },
  {
    feature: 'Undo of a Follow',
    in: 'embedded or by id, from the one who follows',
    out: 'with the whole Follow embedded',
    tests: ['test/flows/forgery.test.ts › S-045'],
  },
]

import type { FederationRow } from './row.ts'

/** What posts hold. */
export const content: readonly FederationRow[] = [
  {
    feature: 'Create',
    in: 'anything with content or a name is read as a post; kept when its author is followed here, when it names somebody here, or when it answers a known post',
    out: 'Note, addressed exactly as the post in it (Pleroma, Bridgy Fed)',
    tests: ['test/flows/two-servers.test.ts › exchange a public post'],
  },
  {
    feature: 'Update of a post',
    in: 'of its author, when `updated` is newer',
    out: 'the whole Note, `updated` always',
    tests: ['test/flows/two-servers.test.ts › exchange a public post', 'test/flows/forgery.test.ts › S-042'],
  },
  {
    feature: 'Delete',
    in: 'of posts by their author, before the Create as well; of actors when their server confirms it',
    out: 'with a Tombstone; the address of the post answers 410',
    tests: ['test/flows/forgery.test.ts › S-044', 'test/flows/forgery.test.ts › S-019'],
  },
]

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
  {
    feature: 'Polls: Question',
    in: '`oneOf` and `anyOf`, votes one by one or several in one Create (GoToSocial); late, double and foreign votes are refused',
    out: 'with live tallies by Update, hidden totals as nulls',
    tests: [
      'test/flows/polls.test.ts › is read, voted in from afar',
      'test/flows/polls.test.ts › takes Mastodon’s votes one by one',
    ],
  },
  {
    feature: 'Hashtags',
    fep: 'eb48',
    in: '`Hashtag` tags',
    out: '`Hashtag` tags with the address of their page, links in the text',
    tests: ['test/translate/to-activity/note.test.ts › everyone mentioned is tagged by full handle'],
  },
  {
    feature: 'Mentions',
    in: '`Mention` tags and addresses',
    out: '`Mention` tags by full handle (Bridgy Fed), and addresses',
    tests: ['test/translate/to-activity/note.test.ts › everyone mentioned is tagged by full handle'],
  },
  {
    feature: 'Languages',
    in: '`contentMap`, `nameMap`, `summaryMap`; the first where there is no `content`',
    out: '`contentMap`',
    tests: ['test/translate/from-activity/note.test.ts › content first, else the first of contentMap'],
  },
  {
    feature: 'Articles, pages, videos, audio, events and unknown things with a name',
    in: 'shown in full, sanitised, folded where long',
    out: 'Note and Question alone',
    tests: ['test/translate/from-activity/note.test.ts › an unknown thing with a name is one'],
  },
  {
    feature: 'Warnings: `summary`, `sensitive`',
    in: 'both',
    out: 'both',
    tests: ['test/translate/to-activity/note.test.ts › a warning, an edit and a parent are said'],
  },
]

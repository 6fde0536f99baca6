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
    in: '`oneOf` and `anyOf` with any number of answers, `endTime`, `closed`, `votersCount`, `_misskey_votes`; an Update without a newer `updated` changes the counts alone; asked for anew when somebody looks, and when it ends',
    out: 'at once and then once a minute at most the tallies by Update, to followers and to everybody who voted, and at the end; hidden tallies read as 0 until then, as on Mastodon',
    tests: [
      'test/flows/polls.test.ts › is read, voted in from afar',
      'test/flows/polls.test.ts › tells voters and followers how it stands',
      'test/flows/polls.test.ts › is asked for how it ended',
      'test/domain/polls/votes.test.ts › counts anew by an Update without a date',
    ],
  },
  {
    feature: 'Votes: Create of a Note with a `name`',
    in: 'one by one (Mastodon) or several in one Create (GoToSocial); late, double, foreign and impossible ones have no effect, and nobody is told',
    out: 'one for each choice, to whoever asked alone',
    tests: [
      'test/flows/polls.test.ts › takes Mastodon’s votes one by one',
      'test/domain/polls/votes.test.ts › S-052',
      'test/domain/polls/votes.test.ts › the tallies are those of distinct voters',
      'test/domain/polls/votes.test.ts › takes a vote that is told to its author alone',
    ],
  },
  {
    feature: 'Attachments',
    in: 'twenty, of any kind and shape: single or many, type guessed by media type or ending, addresses as text or Links (PeerTube’s within a playlist), `image` of articles; description from `summary`, then `name`; `blurhash`, `focalPoint`, `width`, `height`, `duration`, `icon`',
    out: 'twenty Documents; what is not known is left out (Pixelfed); description in `name`',
    how: 'files are taken by what they are, written anew or emptied of what tells about their makers, and served at random names; films as MP4 and sounds as M4A or MP3 where ffmpeg is installed, moving GIFs of Mastodon’s apps as MP4',
    tests: [
      'test/flows/attachments.test.ts › pictures, films and sounds are posted',
      'test/media/transcode.test.ts › as a GIF that moves becomes a film',
      'test/translate/wire.test.ts › what peers send is read as they mean it',
      'test/media/upload.test.ts › S-097',
      'test/faces/media/files.test.ts › S-087',
    ],
  },
  {
    feature: 'Custom emoji: Emoji',
    in: '`Emoji` tags of posts and actors, kept for each host, newer ones by `updated`; our own copy of the picture is shown',
    out: '`Emoji` tags with id, `updated` and `icon`, in posts and profiles; served at their ids',
    tests: [
      'test/flows/custom-emoji.test.ts › ours are written by name',
      'test/flows/custom-emoji.test.ts › emoji from elsewhere are shown from here',
    ],
  },
  {
    feature: '`source`, `formerRepresentations`',
    in: 'what was typed is kept; what a post said before becomes its history (Akkoma, Pleroma)',
    out: '`source` as plain text',
    tests: [
      'test/flows/articles-are-read.test.ts › several languages are kept, the words as they were typed',
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
    out: '`contentMap`, with every language that a post speaks',
    how: 'several languages are kept, and a page is shown in the first of the reader’s that a post speaks',
    tests: [
      'test/translate/from-activity/note.test.ts › content first, else the first of contentMap',
      'test/faces/pages/held.test.ts › a post is read in the language of the reader',
    ],
  },
  {
    feature: 'Articles, pages, videos, audio, events and unknown things with a name',
    in: 'shown in full, sanitised, folded where long',
    out: 'Note and Question alone',
    tests: [
      'test/flows/articles-are-read.test.ts › is read whole, with its title',
      'test/faces/pages/held.test.ts › is folded behind what it is about',
    ],
  },
  {
    feature: 'Warnings: `summary`, `sensitive`',
    in: 'both',
    out: 'both',
    tests: ['test/translate/to-activity/note.test.ts › a warning, an edit and a parent are said'],
  },
]

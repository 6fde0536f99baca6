import type { FederationRow } from './row.ts'

/** Boosts, likes, emoji reactions and what undoes them. */
export const reactions: readonly FederationRow[] = [
  {
    feature: '`Like`',
    spec: 'https://www.w3.org/TR/activitypub/#like-activity-inbox',
    in: 'counted once for each person; of private posts only from those who may see them',
    out: 'to the author alone',
    how: 'ids with fragments (Mastodon, Threads) and none at all are fine; redelivered or reordered, the latest stands',
    tests: [
      'test/flows/like-is-counted.test.ts › a like from elsewhere is counted',
      'test/faces/activitypub/inbox/reactions.test.ts › counts once and is told',
    ],
  },
  {
    feature: '`Announce` of a post',
    spec: 'https://www.w3.org/TR/activitypub/#announce-activity-inbox',
    in: 'shown to followers of the booster, and counted; an unknown post is fetched from its own server; only its id is believed',
    out: 'the id as a string, `published`, to Public, the followers and the author',
    how: 'kept of people who are followed here, and of our posts; what stands among the latest 40 of a home is not repeated',
    tests: [
      'test/flows/boost-is-seen.test.ts › a boost of a post that its reader never met',
      'test/flows/boost-is-seen.test.ts › a boost reaches the author elsewhere',
    ],
  },
  {
    feature: '`Announce` of one’s own private post',
    in: 'for its followers',
    out: 'to the followers alone, without an embedded copy',
    how: 'private posts of others can be boosted neither way',
    tests: [
      'test/flows/boost-is-seen.test.ts › S-088',
      'test/faces/activitypub/inbox/reactions.test.ts › S-088: of a private post is dropped',
    ],
  },
  {
    feature: 'Emoji reactions',
    fep: 'c0e0',
    in: '`Like` with `content` or `_misskey_reaction`, `EmojiReact`; emoji of Unicode, and custom ones with their picture in `tag`',
    out: '`Like` with `content` and `_misskey_reaction`, or an `EmojiReact` where an app says so; custom ones as `:name:` with their picture in `tag`',
    how: 'a heart in a `Like` is a like, as Misskey means it; 20 emoji for each person and post',
    tests: [
      'test/flows/emoji-reactions.test.ts › emoji from here and elsewhere',
      'test/c2s/b3-like.test.ts › may be a custom one of ours',
      'test/faces/activitypub/inbox/reactions.test.ts › is undone alone, by what it was',
    ],
  },
  {
    feature: '`Undo` of `Like`, `EmojiReact`, `Announce`',
    in: 'whole, by a bare id (Pleroma), or under an id that was never given (Lemmy); before what it undoes, too',
    out: 'with the whole activity in it, to whoever got that',
    tests: [
      'test/faces/activitypub/inbox/reactions.test.ts › is undone %s',
      'test/domain/reactions/ledger.property.test.ts › redelivered and reordered',
    ],
  },
  {
    feature: '`Dislike`',
    in: 'known, without effect',
    out: false,
    tests: ['test/faces/activitypub/inbox/reactions.test.ts › that cannot be shown, and a Dislike'],
  },
  {
    feature: '`likes`, `shares`',
    spec: 'https://www.w3.org/TR/activitypub/#likes',
    in: 'their `totalItems`, as the other server’s count',
    out: 'how many; of open posts also the ids of actors, and of Announces',
    tests: ['test/flows/like-is-counted.test.ts › who likes a private post is counted for its readers'],
  },
]

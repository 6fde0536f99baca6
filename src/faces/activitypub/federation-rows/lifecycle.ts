import type { FederationRow } from './row.ts'

const MOVE = 'https://docs.joinmastodon.org/spec/activitypub/#Move'
const FEATURED = 'https://docs.joinmastodon.org/spec/activitypub/#featured'

/** Accounts through their life: profiles, what they feature, moves, ends; groups, relays, bots. */
export const lifecycle: readonly FederationRow[] = [
  {
    feature: 'Update of an actor',
    in: 'read anew at its home, whatever the activity holds; also behind, once a day, when an account is used whose document is old',
    out: 'the whole actor, to followers',
    tests: [
      'test/flows/profile-changes.test.ts › what somebody changes in their profile is served',
      'test/flows/profile-changes-elsewhere.test.ts › an Update of an actor is read at its home',
      'test/flows/profile-changes-elsewhere.test.ts › S-043',
    ],
  },
  {
    feature: '`memorial`, `suspended`, `published`, `showMedia`, `showRepliesInMedia`, `showFeatured`',
    in: 'all of them',
    out: '`published` always, to the day; `memorial` and `suspended` where true',
    tests: [
      'test/flows/profile-changes-elsewhere.test.ts › an Update of an actor is read at its home',
      'test/translate/to-activity/actor.test.ts › an account as it is served',
    ],
  },
  {
    feature: 'Service (bots)',
    in: 'shown as such',
    out: 'for accounts that act by themselves',
    tests: ['test/flows/profile-changes.test.ts › what somebody changes in their profile is served'],
  },
  {
    feature: '`PropertyValue` and `rel=me`',
    fep: 'fb2a',
    in: 'also as Note and as Link; a link is verified on the final https page of the same site',
    out: 'links with `rel=me`, verified the same way, again every week',
    tests: [
      'test/flows/verified-links.test.ts › with rel=me is verified',
      'test/flows/verified-links.test.ts › is not',
    ],
  },
  {
    feature: '`attributionDomains`',
    in: 'kept',
    out: 'always, as a list',
    tests: ['test/flows/profile-changes.test.ts › what somebody changes in their profile is served'],
  },
  {
    feature: '`featured`, with Add and Remove',
    spec: FEATURED,
    in: 'by Add and Remove of one’s own list; read from the list at a follow and once a day (GoToSocial announces nothing)',
    out: 'whole posts, five at most; Add and Remove to followers',
    tests: [
      'test/flows/pins.test.ts › a pinned post stands on top',
      'test/flows/pins-elsewhere.test.ts › what a server without Add and Remove features',
      'test/flows/pins-elsewhere.test.ts › S-049',
    ],
  },
  {
    feature: '`featuredTags`',
    spec: FEATURED,
    in: 'likewise',
    out: 'Hashtags; Add and Remove with the same target as posts, as Mastodon tells them apart by the object',
    tests: ['test/flows/pins.test.ts › a featured hashtag is listed'],
  },
  {
    feature: '`interactionPolicy.canFeature`',
    fep: '7aa9',
    in: false,
    out: 'nobody but the account itself',
    tests: ['test/translate/to-activity/actor.test.ts › an account as it is served'],
  },
  {
    feature: '`alsoKnownAs`',
    in: 'read anew when it matters',
    out: 'yes',
    tests: ['test/flows/move.test.ts › a Move goes only to an account'],
  },
  {
    feature: 'Move',
    fep: '7628',
    spec: MOVE,
    in: 'by the old account or the new one, both of which must say so; once in seven days; followers here follow the new account, blocks and mutes come over',
    out: 'by the old account, after its Update with `movedTo`; once in thirty days; kept for hosts that are away for a month',
    tests: [
      'test/flows/move.test.ts › followers everywhere come over',
      'test/flows/move-elsewhere.test.ts › by the new account',
      'test/flows/move-elsewhere.test.ts › S-050',
    ],
  },
  {
    feature: '`movedTo`, `copiedTo`',
    fep: '7628',
    in: 'shown; whoever follows a moved account follows the new one, if that names the old',
    out: '`movedTo`, while moved; a Follow is answered with Reject',
    tests: [
      'test/flows/move.test.ts › whoever follows the old account from now on',
      'test/flows/move-elsewhere.test.ts › by the new account',
    ],
  },
  {
    feature: 'Delete of an actor',
    in: 'believed once its home answers 410 or with a Tombstone; all that it left goes',
    out: 'to every server that is known; actor, WebFinger, posts and lists answer 410; the name is never given out again',
    how: 'docs/decisions/0012-the-end-of-an-account.md',
    tests: [
      'test/flows/account-is-deleted.test.ts › an account of ours goes with all that it said',
      'test/flows/account-is-deleted.test.ts › an account elsewhere goes once its home says so',
    ],
  },
  {
    feature: 'Groups',
    fep: '1b12',
    in: 'an activity in an Announce is a hint: what it is about is read at its own server; posts are boosted by the group, answers kept, likes of our posts counted if their server has them',
    out: '`audience` on answers, which mention the group and are delivered to it',
    how: 'docs/decisions/0013-groups-and-relays-are-hints.md',
    tests: [
      'test/flows/groups.test.ts › what somebody posts in a followed group',
      'test/flows/groups.test.ts › S-056',
    ],
  },
  {
    feature: '`attributedTo` with a Group',
    in: 'the group of [Person, Group] is the audience (PeerTube); a group may own what a person of its server sends (Mobilizon)',
    out: false,
    tests: [
      'test/flows/groups.test.ts › an event of a group',
      'test/translate/wire.test.ts › every quirk says whose it is',
    ],
  },
  {
    feature: 'Relays',
    in: 'of those that the operator asked and that accepted; what they pass on is read at its own server, and enters no home by itself',
    out: 'Follow of Public, or of the relay’s actor (LitePub), by the server’s own actor; public posts go to the former',
    how: 'docs/decisions/0013-groups-and-relays-are-hints.md',
    tests: [
      'test/flows/relay.test.ts › a relay is asked by the server itself',
      'test/flows/relay.test.ts › what it passes on',
    ],
  },
  {
    feature: 'A word to all after days away',
    in: false,
    out: 'Update of the server’s own actor to every known server, after two days or more without running',
    tests: ['test/flows/profile-changes-elsewhere.test.ts › after days away'],
  },
  {
    feature: 'host-meta, `lrdd`',
    spec: 'https://www.rfc-editor.org/rfc/rfc6415',
    in: 'asked where WebFinger is not at its usual place',
    out: false,
    tests: ['test/flows/profile-changes-elsewhere.test.ts › a host without WebFinger at the usual place'],
  },
]

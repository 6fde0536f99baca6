import type { FederationRow } from './row.ts'

/** Finding people and servers, and what they say about themselves. */
export const discovery: readonly FederationRow[] = [
  {
    feature: 'WebFinger',
    spec: 'https://www.rfc-editor.org/rfc/rfc7033',
    in: 'asked for every new actor; a handle counts when both sides agree, also where its host is another than the server’s',
    out: '`acct:` in any case, actor ids, profile pages; 400, 404 and 410; readable from any origin',
    tests: [
      'test/faces/activitypub/discovery.test.ts › says everything about a person that another server asks for',
      'test/remote/directory.test.ts › S-057',
    ],
  },
  {
    feature: 'The server found by WebFinger of its origin',
    fep: 'd556',
    in: false,
    out: 'the bare host, its origin and its handle lead to the server’s own actor',
    tests: ['test/faces/activitypub/discovery.test.ts › FEP-d556'],
  },
  {
    feature: 'host-meta',
    spec: 'https://www.rfc-editor.org/rfc/rfc6415',
    in: false,
    out: 'as XML and as JSON',
    tests: ['test/faces/activitypub/discovery.test.ts › is XML, and says where WebFinger is'],
  },
  {
    feature: 'FEDERATION.md',
    fep: '67ff',
    in: false,
    out: 'this file',
    tests: [
      'test/faces/activitypub/federation-table.test.ts › is what `npm run federation` makes of the table',
    ],
  },
  {
    feature: 'The server’s own actor, linked from NodeInfo',
    fep: '2677',
    in: false,
    out: 'an Application, readable unsigned even where everything else must be signed for',
    tests: [
      'test/faces/activitypub/discovery.test.ts › FEP-2677: leads to 2.1 and to the server’s own actor',
      'test/faces/activitypub/surface.test.ts › of the server itself is an Application at a fixed address',
    ],
  },
  {
    feature: '`webfinger` on actors',
    fep: '2c59',
    in: 'believed when that host names the actor, too',
    out: 'on every actor',
    tests: ['test/remote/directory.test.ts › FEP-2c59'],
  },
  {
    feature: 'Activity intents',
    fep: '3b86',
    in: 'visitors act on profiles and posts here from their own server: its template for Follow, Like, Announce, Create or Object, else the OStatus one',
    out: 'Create, Object, Follow, Like, Announce and Undo, and the OStatus subscribe template: one page for all of it, which asks before it does anything and says where it leads back to',
    tests: [
      'test/faces/activitypub/discovery.test.ts › FEP-3b86',
      'test/flows/intents.test.ts › FEP-3b86: a visitor follows from their own server',
    ],
  },
  {
    feature: '`generator` with `implements`',
    fep: '844e',
    in: false,
    out: 'on every actor, and `implements` on the server’s own',
    tests: ['test/translate/to-activity/actor.test.ts › FEP-844e'],
  },
  {
    feature: 'NodeInfo 2.0 and 2.1',
    fep: '0151',
    in: 'for people who run a server to read (`weft hosts`), never to decide by',
    out: 'real numbers, `staffAccounts`, `federation`, policy pages',
    tests: [
      'test/faces/activitypub/discovery.test.ts › FEP-0151, FEP-f1d5',
      'test/flows/hosts.test.ts › its software, as its NodeInfo says',
    ],
  },
  {
    feature: 'NodeInfo, as of 2020',
    fep: 'f1d5',
    in: false,
    out: 'the same documents',
    tests: ['test/faces/activitypub/discovery.test.ts › FEP-0151, FEP-f1d5'],
  },
  {
    feature: '`indexable` and `discoverable`',
    fep: '5feb',
    in: 'kept, and obeyed wherever history is asked for or found',
    out: 'always, on every actor; pages of those who do not want it say `noindex`',
    tests: ['test/translate/to-activity/actor.test.ts › FEP-5feb'],
  },
  {
    feature: 'Link previews, `fediverse:creator`',
    spec: 'https://docs.joinmastodon.org/entities/PreviewCard/',
    in: 'of the first link of a post, 5 to 60 seconds after it came, once for all posts; robots.txt is kept to; an author only if their `attributionDomains` name the page’s domain',
    out: '`fediverse:creator`, OpenGraph and `rel=alternate` on our own pages',
    tests: [
      'test/flows/link-preview.test.ts › is shown with what its page says of itself',
      'test/flows/link-preview.test.ts › names somebody who lists the page’s domain',
    ],
  },
  {
    feature: 'Links attached to posts',
    fep: '8967',
    in: 'go before those in the text; with a `preview` they are shown so',
    out: false,
    how: 'not sent: older Misskey stumbles over them',
    tests: ['test/flows/link-preview.test.ts › FEP-8967'],
  },
]

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
]

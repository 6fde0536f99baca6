import type { FederationRow } from './row.ts'

/** How servers prove who they are, and how what they send travels. */
export const trust: readonly FederationRow[] = [
  {
    feature: 'HTTP Signatures, draft-cavage-12',
    spec: 'https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12',
    in: '`rsa-sha256`, `hs2019`, Ed25519; host, target and digest must be signed; an hour of skew either way',
    out: '`rsa-sha256`, tried first with hosts that we do not know yet',
    tests: [
      'test/federation/verify-like-fedify.test.ts › what we believe, Fedify believes',
      'test/federation/sign.test.ts › in the older form covers what the network asks for',
    ],
  },
  {
    feature: 'HTTP Message Signatures, RFC 9421',
    spec: 'https://www.rfc-editor.org/rfc/rfc9421',
    in: '`rsa-v1_5-sha256`, `ed25519`; of several in one request, whichever fits and covers enough',
    out: '`rsa-v1_5-sha256`, when the older form was refused; what worked is remembered for each host',
    tests: [
      'test/federation/verify-several.test.ts › one that covers too little does not count',
      'test/federation/sign.test.ts › by RFC 9421 covers method, address and digest',
    ],
  },
  {
    feature: 'Origin-based authority',
    fep: 'fe34',
    in: 'one origin for key, actor, activity and object; anything else is asked for at its own server',
    out: 'every id on one origin',
    tests: [
      'test/flows/forgery.test.ts › S-040',
      'test/federation/canonical.test.ts › http and https are two servers',
    ],
  },
  {
    feature: 'Shared inbox',
    spec: 'https://www.w3.org/TR/activitypub/#shared-inbox-delivery',
    in: 'yes, and a personal inbox for each',
    out: 'one delivery for each host that has one',
    tests: ['test/flows/forgery.test.ts › S-033'],
  },
]

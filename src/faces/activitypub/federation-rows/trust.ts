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
    how: 'what comes to a personal inbox and names its owner nowhere, nor everybody or followers, is for them as if by `bcc`',
    tests: [
      'test/flows/forgery.test.ts › S-033',
      'test/c2s/b5-inbox-blind.test.ts › is in the inbox of whoever it was sent to',
    ],
  },
  {
    feature: 'Object integrity proofs, eddsa-jcs-2022',
    fep: '8b32',
    in: 'of the author’s own key, in what others pass on: a reason to ask at the origin, never believed by itself; `expires` is kept to',
    out: 'in every public activity and every Delete, its terms written out in the context',
    how: 'made once, with the stored bytes; where the author’s own server delivers, the HTTP signature counts and the proof is not looked at; Threads gets activities without',
    tests: [
      'test/federation/proofs.test.ts › FEP-8b32: the test vectors of the proposal',
      'test/flows/signed-content.test.ts › carries a proof and a Linked Data signature that Fedify checks',
      'test/flows/signed-content.test.ts › S-014, S-015, S-030',
    ],
  },
  {
    feature: 'Linked Data signatures, RsaSignature2017',
    spec: 'https://docs.joinmastodon.org/spec/security/#ld',
    in: 'as a proof: a reason to ask, also whether something is gone; `nonce` and `expires` are read; vendored contexts only; `@graph`, `@included`, `@reverse` are refused',
    out: 'in every public activity and every Delete, over the proof as well',
    tests: [
      'test/federation/linked-data.test.ts › of ours is taken by Fedify',
      'test/flows/signed-content.test.ts › S-031: a Delete that is passed on',
    ],
  },
  {
    feature: 'Several keys of one actor',
    fep: '521a',
    in: 'up to ten: `publicKey`, one or many, and Multikeys under `assertionMethod`',
    out: 'RSA as `publicKey`, Ed25519 as a Multikey under `assertionMethod`',
    tests: [
      'test/translate/from-activity/actor.test.ts › FEP-521a',
      'test/faces/activitypub/surface.test.ts › begins with the ActivityStreams context',
    ],
  },
]

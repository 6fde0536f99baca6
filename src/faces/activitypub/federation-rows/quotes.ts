import type { FederationRow } from './row.ts'

const GOTOSOCIAL = 'https://docs.gotosocial.org/en/latest/federation/interaction_controls/'

/** Quotes, and who may reply, like, boost or quote. */
export const quotes: readonly FederationRow[] = [
  {
    feature: '`quote`, `quoteAuthorization`',
    fep: '044f',
    in: 'shown once the stamp is verified at the quoted author’s server, or when its author quotes themself; until then a link',
    out: 'with the stamp by an Update without a new date; `quoteUri`, `quoteUrl`, `_misskey_quote`, an object link and `p.quote-inline` beside',
    how: 'docs/decisions/0010-quotes-by-leave.md',
    tests: [
      'test/flows/quotes.test.ts › is asked for, stamped, told again with the stamp',
      'test/faces/activitypub/inbox/verify-quote.test.ts › with a stamp of the quoted author is shown',
    ],
  },
  {
    feature: '`QuoteRequest`, its Accept with `result`, its Reject',
    fep: '044f',
    in: 'decided by the policy of the post, or held for its author; the quoting post is believed from its own hand or its origin',
    out: 'with the quoting post whole; the answer names the request whole',
    tests: [
      'test/faces/activitypub/inbox/approvals.test.ts › gets a stamp where the policy says so, and the quote counts',
      'test/flows/quotes.test.ts › waits for its author where they want to be asked',
    ],
  },
  {
    feature: 'Delete of a stamp',
    fep: '044f',
    in: 'from the quoted or answered author: the quote becomes a link, the reply is hidden',
    out: 'to whoever quotes and to the followers; the stamp answers 410',
    tests: [
      'test/faces/activitypub/inbox/verify-quote.test.ts › loses it when the quoted author deletes the stamp',
      'test/flows/quotes.test.ts › and taken back',
    ],
  },
  {
    feature: '`quoteUrl`, `quoteUri`, `_misskey_quote`, `RE:` lines',
    in: 'a link; shown when it is of one’s own post, or of one of ours whose policy allows it',
    out: 'beside `quote`',
    tests: [
      'test/faces/activitypub/inbox/verify-quote.test.ts › of somebody else’s post, whose author was not asked, is a link',
      'test/faces/activitypub/inbox/approvals.test.ts › is decided by what its author states',
    ],
  },
  {
    feature: 'Object links as quotes',
    fep: 'e232',
    in: 'a Link with an ActivityPub media type is a quote in an older form',
    out: 'with every quote',
    tests: [
      'test/translate/from-activity/quotes.test.ts › as %s says it',
      'test/translate/to-activity/controls.test.ts › a quote is said in every form that somebody reads',
    ],
  },
  {
    feature: '`interactionPolicy`: `canReply`, `canLike`, `canAnnounce`, `canQuote`',
    spec: GOTOSOCIAL,
    in: 'our people are held to it; also `always` and `approvalRequired`, `commentsEnabled` and `capabilities`',
    out: 'on every post, each part stated; nobody is a list of the author alone; the names of GoToSocial up to 0.20 beside',
    how: 'who is named in a post, or answered by it, may always reply',
    tests: [
      'test/flows/reply-controls.test.ts › who may reply holds across servers',
      'test/domain/policies/policy.test.ts › says who may reply',
      'test/domain/policies/outward.test.ts › our people cannot do',
    ],
  },
  {
    feature: '`ReplyRequest`, `LikeRequest`, `AnnounceRequest`',
    spec: GOTOSOCIAL,
    in: 'answered by the policy of the post, or held for its author',
    out: 'where a post elsewhere needs leave; what is asked for is hidden, and sent with `…Authorization` and `approvedBy` once it has it',
    tests: [
      'test/faces/activitypub/inbox/approvals.test.ts › for what may be said gets a stamp with the request whole',
      'test/domain/policies/outward.test.ts › sent to the author alone, hidden, and sent to all once they say yes',
      'test/flows/approvals.test.ts › a reply waits on both servers',
    ],
  },
  {
    feature: 'Replies, likes and boosts that came without a request',
    spec: GOTOSOCIAL,
    in: 'what is not allowed is dropped; what may be asked for is held, hidden from all but its author and ours',
    out: 'an Accept of the bare id with a stamp, to the followers as well, once it is approved',
    tests: [
      'test/faces/activitypub/inbox/approvals.test.ts › is hidden from all but its author and ours, on every path',
      'test/faces/activitypub/inbox/approvals.test.ts › that wait count once they are approved',
    ],
  },
  {
    feature: '`QuoteAuthorization`, `ReplyAuthorization`, `LikeAuthorization`, `AnnounceAuthorization`',
    spec: GOTOSOCIAL,
    in: 'verified for quotes: the origin, the author and both ids',
    out: 'at their own address, for whoever may read the post; what they allow is named by its id alone',
    tests: [
      'test/faces/activitypub/stamps.test.ts › is for whoever may read the post',
      'test/faces/activitypub/inbox/verify-quote.test.ts › shows a link and nothing of the post',
    ],
  },
]

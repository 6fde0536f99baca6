/**
 * Every kind of job that stands in no lane; `effects/handlers.ts` holds one function for each.
 * - `deliver` finds whom an activity of ours goes to, and expands it into deliveries, some thousand inboxes at a time
 * - `home` writes a post into the homes of more local followers than one transaction should take
 * - `inbox` lets a post come into more inboxes than one transaction should take, and writes down what came into any
 * - `ask` takes an activity from elsewhere that first needs something from another server
 * - `account` does what follows for many rows when an account moves or goes
 * - `actor` asks other servers about one account: its document, what it features, whether its links lead back
 * - `sever` carries a domain block out: a chunk of the domain's accounts at a time
 * - `followers` compares who follows somebody elsewhere with what their server says (FEP-8fcf)
 * - `poll` tells how a poll of ours stands, closes one, or asks how one from elsewhere stands
 * - `film` makes a film or sound that was handed in into what plays everywhere
 * - `emoji` makes our own copy of the picture of an emoji from elsewhere
 * - `logo` makes our own copy of the logo of an app
 * - `quote` verifies what a quote from elsewhere rests on
 * - `history` asks for what somebody elsewhere said before they were followed
 * - `preview` asks the page that a post links to what it is
 * - `scheduled` says what waited for its time
 * - `mail` sends a letter to somebody here
 * - `push` tells an app of a notification
 * - `search` writes down the words that posts are found by
 * - `trends` counts what many speak of now
 */
export const jobKinds = [
  'deliver',
  'home',
  'inbox',
  'ask',
  'quote',
  'account',
  'actor',
  'sever',
  'followers',
  'poll',
  'film',
  'emoji',
  'logo',
  'history',
  'preview',
  'scheduled',
  'mail',
  'push',
  'search',
  'trends',
] as const

export type JobKind = (typeof jobKinds)[number]

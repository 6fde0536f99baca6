import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import type { Account } from '../accounts/account.ts'
import { findApart, type Pair } from '../blocks/find.ts'
import type { Incoming } from '../posts/post.ts'
import { type DomainVerdict, findVerdicts, hostsOf, strictest } from './find.ts'

/** A post that came from elsewhere, with what of it moderation looks at. */
export interface Case {
  readonly incoming: Incoming
  readonly author: Account
  /** who said what it answers, where that is known */
  readonly parentAuthorId: AccountId | undefined
  /** the people here whom it names or addresses */
  readonly namedHere: readonly AccountId[]
}

/** What is decided about one post. */
export interface Ruling {
  /** why it is not taken at all */
  readonly refused: 'suspended' | 'blocked' | undefined
  /** whether somebody whom it names has nothing to do with its author */
  readonly isApart: (accountId: AccountId) => boolean
  /** the post as it may be kept */
  readonly incoming: Incoming
}

interface Known {
  readonly domain: DomainVerdict | undefined
  readonly isApart: (one: AccountId, other: AccountId) => boolean
}

type Verdict = (post: Case, known: Known) => Ruling['refused']

/** What suspended accounts say is nothing to us, whatever it is about. */
const fromSuspended: Verdict = ({ author }, { domain }) =>
  author.suspended || domain?.severity === 'suspend' ? 'suspended' : undefined

/** Nobody is answered by somebody whom they block, or who blocks them. */
const answersAcrossBlock: Verdict = ({ author, parentAuthorId }, { isApart }) =>
  parentAuthorId !== undefined && isApart(author.id, parentAuthorId) ? 'blocked' : undefined

/** What was said to nobody but people who have nothing to do with the author is said to nobody. */
const directAcrossBlock: Verdict = ({ incoming, author, namedHere }, { isApart }) =>
  incoming.visibility === 'direct' && namedHere.length > 0 && namedHere.every((id) => isApart(author.id, id))
    ? 'blocked'
    : undefined

const verdicts: readonly Verdict[] = [fromSuspended, answersAcrossBlock, directAcrossBlock]

/** Judges posts that came from elsewhere, one or a hundred, in two queries; in the order in which they were given. */
export async function ruleOn(db: Db, cases: readonly Case[]): Promise<Ruling[]> {
  const pairs = cases.flatMap(({ author, parentAuthorId, namedHere }): Pair[] =>
    [...(parentAuthorId === undefined ? [] : [parentAuthorId]), ...namedHere].map((id) => [author.id, id]),
  )
  const [domains, isApart] = await Promise.all([
    findVerdicts(
      db,
      cases.flatMap(({ author }) => hostsOf(author)),
    ),
    findApart(db, pairs),
  ])
  return cases.map((post) => {
    const { author, incoming } = post
    const known = { isApart, domain: strictest(hostsOf(author).map((host) => domains.get(host))) }
    return {
      refused: verdicts.map((verdict) => verdict(post, known)).find((word) => word !== undefined),
      isApart: (accountId) => isApart(author.id, accountId),
      incoming: known.domain?.rejectMedia ? withoutMedia(incoming) : incoming,
    }
  })
}

function withoutMedia(incoming: Incoming): Incoming {
  return { ...incoming, attachments: [], emojis: [] }
}

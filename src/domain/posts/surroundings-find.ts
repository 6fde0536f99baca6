import type { AccountId } from '../../base/ids.ts'
import type { Db } from '../../db/connect.ts'
import { statement } from '../../db/statement.ts'
import type { Tx } from '../../db/transact.ts'

/** What has to be known of an author, and of this server, to say to whom a post of theirs goes. */
export interface Surroundings {
  readonly authorId: AccountId
  /** who may do what with what they say, where they do not say so */
  readonly defaultPolicy: Readonly<Record<string, string>> | null
  /** followers here, counted no further than was asked */
  readonly followersHere: number
  /** one of them at least wants to be told of each post */
  readonly followersTold: boolean
  readonly followersAfar: boolean
  /** inboxes of the relays that get what is public */
  readonly relays: readonly number[]
  /** whether anybody's inbox is kept here */
  readonly inboxes: boolean
}

const find = statement(
  'posts.surroundings',
  `SELECT account.id AS "authorId", account.default_policy AS "defaultPolicy",
     (SELECT count(*)::int FROM (
       SELECT 1 FROM follow WHERE followed_id = account.id AND follower_local AND state = 'accepted' LIMIT $2
     ) AS few) AS "followersHere",
     EXISTS (SELECT 1 FROM follow WHERE followed_id = account.id AND tells AND follower_local) AS "followersTold",
     EXISTS (SELECT 1 FROM follow WHERE followed_id = account.id AND state = 'accepted' AND NOT follower_local)
       AS "followersAfar",
     ARRAY(SELECT inbox_id FROM relay WHERE state = 'accepted' AND kind = 'mastodon') AS relays,
     (SELECT inbox_since FROM login WHERE inbox_since IS NOT NULL ORDER BY inbox_since LIMIT 1) IS NOT NULL AS inboxes
   FROM account WHERE account.id = $1`,
)

const known = new WeakMap<Tx, Surroundings>()

/** Looks once for all that follows from a new post; what a transaction knows by it, it does not ask for again. */
export async function lookAround(
  tx: Tx,
  authorId: AccountId,
  most: number,
): Promise<Surroundings | undefined> {
  const [found] = await find<Surroundings>(tx, [authorId, most])
  if (found) known.set(tx, found)
  return found
}

/** What a transaction knows of the author of a new post, where these are no others. */
export function surroundingsOf(tx: Db | Tx, authorIds: readonly AccountId[]): Surroundings | undefined {
  const found = surroundingsIn(tx)
  return found && authorIds.every((id) => id === found.authorId) ? found : undefined
}

/** The same, whoever that is. */
export function surroundingsIn(tx: Db | Tx): Surroundings | undefined {
  return known.get(tx as Tx)
}

import type { AccountId, PostId } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { statement } from '../db/statement.ts'

/** What a reader did to a post, and how they stand to it. */
export interface Mine {
  readonly liked: boolean
  readonly boosted: boolean
  readonly bookmarked: boolean
  /** wants to hear no more of its conversation */
  readonly muted: boolean
  /** shows it on their own profile */
  readonly pinned: boolean
  /** follows its author, and is followed by them */
  readonly follows: boolean
  readonly followed: boolean
  /** is named in it, or answered by it */
  readonly named: boolean
}

interface MineRow extends Mine {
  readonly id: PostId
}

/** Nobody can bookmark a post or mute a conversation yet; the conditions stand here once they can. */
const BOOKMARKED = 'false'
const MUTED = 'false'

const findMine = statement(
  'views.mine',
  `SELECT post.id,
     EXISTS (SELECT 1 FROM reaction WHERE reaction.post_id = post.id AND reaction.account_id = $2
       AND reaction.emoji IS NULL) AS liked,
     EXISTS (SELECT 1 FROM post AS boost WHERE boost.boost_of_id = post.id AND boost.account_id = $2) AS boosted,
     EXISTS (SELECT 1 FROM pinned_post WHERE pinned_post.post_id = post.id AND pinned_post.account_id = $2) AS pinned,
     EXISTS (SELECT 1 FROM follow WHERE follow.followed_id = post.account_id AND follow.follower_id = $2
       AND follow.state = 'accepted') AS follows,
     EXISTS (SELECT 1 FROM follow WHERE follow.followed_id = $2 AND follow.follower_id = post.account_id
       AND follow.state = 'accepted') AS followed,
     post.in_reply_to_account_id = $2 OR EXISTS (SELECT 1 FROM mention WHERE mention.post_id = post.id
       AND mention.account_id = $2 AND NOT mention.silent AND NOT mention.blind) AS named,
     ${BOOKMARKED} AS bookmarked,
     ${MUTED} AS muted
   FROM post WHERE post.id = ANY ($1::bigint[])`,
)

/** What a reader did to each of these posts; one statement, however many they are. */
export async function viewMine(
  db: Db,
  ids: readonly PostId[],
  accountId: AccountId,
): Promise<Map<PostId, Mine>> {
  if (ids.length === 0) return new Map()
  const rows = await findMine<MineRow>(db, [ids, accountId])
  return new Map(rows.map(({ id, ...mine }) => [id, mine]))
}

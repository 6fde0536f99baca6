import type { ActivityId, PostId } from '../../base/ids.ts'
import { isOpen } from '../../base/visibility.ts'
import type { Tx } from '../../db/transact.ts'
import { findAsker, findOptions, findVotersToTell } from '../../domain/polls/find.ts'
import { mentionedIn } from '../../domain/posts/find.ts'
import { updateFrom } from '../../translate/to-activity/activities.ts'
import { voteFrom } from '../../translate/to-activity/vote.ts'
import { mentionsOfAccounts } from '../../views/accounts.ts'
import { viewPost } from '../../views/posts.ts'
import type { Sayer, Sayers, Saying, SayingParts } from './saying.ts'

/** Votes of people here, and how polls of ours stand. */
export const sayPolls: Sayers = {
  'poll.voted': async (parts, tx, fact) => (fact.local ? undefined : sayVote(parts, tx, fact)),
  'poll.counted': (parts, tx, fact) => sayTallies(parts, tx, fact.postId),
  'poll.closed': async (parts, tx, fact) => (fact.local ? sayTallies(parts, tx, fact.postId) : undefined),
}

const sayVote: Sayer<'poll.voted'> = async ({ ids, uris, clock }, tx, { postId, voterId, place }) => {
  const asker = await findAsker(tx, postId)
  const choice = (await findOptions(tx, postId)).find(({ position }) => position === place)?.title
  const people = await mentionsOfAccounts(tx, asker ? [asker.authorId, voterId] : [])
  const [author, voter] = asker ? [people.get(asker.authorId), people.get(voterId)] : []
  if (!asker || choice === undefined || !author || !voter) return undefined
  const id = ids.next<ActivityId>()
  return {
    id,
    accountId: voterId,
    json: voteFrom(
      id,
      { voterUri: voter.uri, authorUri: author.uri, pollUri: asker.uri, choice, at: clock.now() },
      uris,
    ),
    subject: postId,
    recipients: { accountIds: [author.id] },
  }
}

/** An Update that changes nothing but the counts: its `updated` is no newer than what readers have. */
async function sayTallies({ ids, uris }: SayingParts, tx: Tx, postId: PostId): Promise<Saying | undefined> {
  const asker = await findAsker(tx, postId)
  const post = asker && (await viewPost(tx, postId, { accountId: asker.authorId }))
  if (!post?.local) return undefined
  const id = ids.next<ActivityId>()
  const mentioned = post.mentions.map((mention) => mention.id)
  const blind = (await mentionedIn(tx, postId)).filter((mention) => mention.blind)
  return {
    id,
    accountId: post.author.id,
    json: updateFrom(id, post, uris),
    postId,
    public: isOpen(post.visibility),
    subject: postId,
    recipients: {
      accountIds: [...new Set([...mentioned, ...(await findVotersToTell(tx, postId))])],
      blindIds: blind.map(({ accountId }) => accountId),
      ...(post.visibility === 'direct' ? {} : { followersOf: post.author.id }),
    },
  }
}

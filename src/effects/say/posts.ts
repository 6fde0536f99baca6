import type { AccountId, ActivityId, PostId } from '../../base/ids.ts'
import { isOpen } from '../../base/visibility.ts'
import { together } from '../../db/together.ts'
import type { Tx } from '../../db/transact.ts'
import { findSaid } from '../../domain/activities/find.ts'
import { mentionedIn } from '../../domain/posts/find.ts'
import { justWritten } from '../../domain/posts/just-written.ts'
import { surroundingsIn } from '../../domain/posts/surroundings-find.ts'
import { relayInboxes } from '../../domain/relays/find.ts'
import type { FactOf } from '../../facts/facts.ts'
import { createFrom, deleteFrom, updateFrom } from '../../translate/to-activity/activities.ts'
import { viewPost } from '../../views/posts.ts'
import type { SpokenPost } from '../../views/view.ts'
import { viewWritten } from '../../views/written.ts'
import type { Sayers, Saying, SayingParts } from './saying.ts'

/** Create, Update and Delete of our posts. */
export const sayPosts: Sayers = {
  'post.published': async (parts, tx, fact) => {
    const id = fact.released ? await findSaid(tx, fact.postId) : undefined
    const written = justWritten(tx, fact.postId)
    const view = written && viewWritten(written)
    return sayPost(parts, tx, fact, {
      write: createFrom,
      plain: fact.plain === true,
      ...(id && { id }),
      ...(view && { view }),
    })
  },
  // Its author may read what they said; others hear of it once they may.
  'post.withheld': async (parts, tx, fact) => {
    const saying = await sayPost(parts, tx, fact, { write: createFrom })
    return saying && { ...saying, stays: true }
  },
  'post.edited': async (parts, tx, fact) =>
    fact.local ? sayPost(parts, tx, fact, { write: updateFrom, alsoTo: fact.formerlyMentioned }) : undefined,
  'post.removed': async (parts, _tx, fact) =>
    fact.local && !fact.withAuthor ? sayRemoved(parts, fact) : undefined,
}

interface How {
  readonly write: typeof createFrom
  readonly alsoTo?: readonly AccountId[]
  /** nobody has it of whom nobody may know */
  readonly plain?: boolean
  readonly id?: ActivityId
  /** the post, where it is known without being read */
  readonly view?: SpokenPost
}

async function sayPost(
  parts: SayingParts,
  tx: Tx,
  { postId, authorId }: { readonly postId: PostId; readonly authorId: AccountId },
  { write, alsoTo = [], plain = false, id = parts.ids.next<ActivityId>(), view }: How,
): Promise<Saying | undefined> {
  const [post, relays] = await together(
    view ?? viewPost(tx, postId, { accountId: authorId }),
    surroundingsIn(tx)?.relays ?? relayInboxes(tx),
  )
  if (!post) return undefined
  const mentioned = post.mentions.map((mention) => mention.id)
  const blind = plain ? [] : (await mentionedIn(tx, postId)).filter((mention) => mention.blind)
  return {
    id,
    accountId: authorId,
    json: write(id, post, parts.uris),
    postId,
    public: isOpen(post.visibility),
    subject: postId,
    recipients: {
      accountIds: [...new Set([...mentioned, ...alsoTo])],
      blindIds: blind.map(({ accountId }) => accountId),
      ...(post.visibility === 'direct' ? {} : { followersOf: authorId }),
      // Whoever got what everyone may read hears what it says now; of a private post only who may still read it.
      ...(write === updateFrom && isOpen(post.visibility) ? { reachOf: postId } : {}),
      ...(post.visibility === 'public' ? { inboxIds: relays } : {}),
    },
  }
}

function sayRemoved(parts: SayingParts, fact: FactOf<'post.removed'>): Saying {
  const id = parts.ids.next<ActivityId>()
  const { uri, was } = fact
  const authorUri = parts.uris.actor(fact.authorId)
  const post = { uri, authorUri, deletedAt: parts.clock.now(), ...(was && { was }) }
  return {
    id,
    accountId: fact.authorId,
    json: deleteFrom(id, post, parts.uris),
    public: isOpen(fact.visibility),
    subject: fact.postId,
    recipients: {
      accountIds: fact.mentioned,
      blindIds: fact.blindIds ?? [],
      ...(fact.visibility === 'direct' ? {} : { followersOf: fact.authorId }),
      reachOf: fact.postId,
    },
  }
}

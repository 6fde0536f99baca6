import type { AccountId, PostId } from '../base/ids.ts'
import type { Tx } from '../db/transact.ts'
import {
  enterMore,
  enterPosts,
  forgetFollowed,
  hideShown,
  type InboxFanOut,
  type InboxWriting,
  type NewPostItem,
} from '../domain/inboxes/enter.ts'
import { hasOpenInboxes } from '../domain/inboxes/find.ts'
import { keepTexts, type PostText } from '../domain/inboxes/texts.ts'
import { surroundingsIn } from '../domain/posts/surroundings-find.ts'
import type { World } from '../domain/world.ts'
import type { Fact } from '../facts/facts.ts'
import type { Effect } from '../facts/record.ts'
import { isLasting, receivedText } from '../translate/to-activity/received.ts'
import { viewReceivedPosts } from '../views/inboxes.ts'
import { andTell } from './events.ts'

/** Lets posts come into the inboxes that apps read, and takes out what is not for their owners any more. */
export function inboxes(world: Pick<World, 'ids' | 'uris' | 'clock' | 'limits'>): Effect {
  return async (tx, facts) => {
    // Where no app reads an inbox, this is all that it costs.
    if (!(surroundingsIn(tx)?.inboxes ?? (await hasOpenInboxes(tx)))) return
    await enterPosts(world, tx, facts.flatMap(postIn))
    for (const fact of facts) await keepApart(tx, fact)
  }
}

function postIn(fact: Fact): NewPostItem[] {
  switch (fact.type) {
    case 'post.published': {
      const { postId, authorId } = fact
      return [{ kind: 'Create', postId, authorId, local: true, activityUri: undefined }]
    }
    case 'post.received': {
      const { postId, authorId, activityUri } = fact
      // What we went and looked for came to nobody.
      return fact.found ? [] : [{ kind: 'Create', postId, authorId, local: false, activityUri }]
    }
    case 'post.edited': {
      const { postId, authorId, local, activityUri } = fact
      return [{ kind: 'Update', postId, authorId, local, activityUri }]
    }
    case 'boost.added':
      return [
        {
          kind: 'Announce',
          postId: fact.boostId,
          authorId: fact.accountId,
          local: fact.accountLocal,
          activityUri: fact.uri,
        },
      ]
    default:
      return []
  }
}

async function keepApart(tx: Tx, fact: Fact): Promise<void> {
  switch (fact.type) {
    case 'follow.undone':
    case 'follow.rejected':
    case 'follow.severed':
      if (fact.followerLocal) await forgetFollowed(tx, fact.followerId, fact.followedId)
      return
    case 'block.made':
      if (fact.accountLocal) await hideShown(tx, fact.accountId, fact.targetId)
      if (fact.targetLocal) await hideShown(tx, fact.targetId, fact.accountId)
      return
    case 'mute.made':
      return hideShown(tx, fact.accountId, fact.targetId)
  }
}

/** The job `inbox`: what one transaction should not do when a post comes to many, or to anybody. */
export async function inboxJob(world: World, job: InboxFanOut | InboxWriting): Promise<void> {
  if ('item' in job) return andTell(world, (within) => enterMore(within, job))
  for (const [ownerId, postIds] of job.write) await write(world, ownerId, postIds)
}

async function write(
  world: Pick<World, 'db' | 'clock' | 'uris'>,
  ownerId: AccountId,
  postIds: readonly PostId[],
): Promise<void> {
  const written: PostText[] = []
  for (const received of await viewReceivedPosts(world.db, ownerId, postIds)) {
    receivedText(received, world.uris, (about, text) => {
      if (isLasting(about)) written.push({ postId: about.shownId, stamp: about.stamp, ...text })
    })
  }
  await keepTexts(world, written)
}

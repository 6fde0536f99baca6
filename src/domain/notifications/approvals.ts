import type { AccountId, NotificationId, PostId } from '../../base/ids.ts'
import type { Tx } from '../../db/transact.ts'
import type { Fact, InteractionFact } from '../../facts/facts.ts'
import { findPostByUri, findPostsByIds } from '../posts/find.ts'
import type { World } from '../world.ts'
import { deleteApprovalNotice, insertApprovalNotice } from './approvals-store.ts'

type NotifyWorld = Pick<World, 'ids'>

const REQUESTS = {
  like: 'like-request',
  reply: 'reply-request',
  announce: 'boost-request',
  quote: 'quote-request',
} as const

/** Tells people here who wants to do something with a post of theirs, as long as it waits, and who quotes them. */
export async function notifyApprovals(world: NotifyWorld, tx: Tx, facts: readonly Fact[]): Promise<void> {
  for (const fact of facts) {
    if (fact.type === 'interaction.requested' && fact.deciderLocal) await notifyRequest(world, tx, fact)
    if (fact.type === 'interaction.approved' || fact.type === 'interaction.refused') {
      await withdrawRequest(tx, fact)
    }
    if (fact.type === 'quote.settled' && fact.quotedId) {
      await notifyQuote(world, tx, { ...fact, quotedId: fact.quotedId })
    }
  }
}

async function notifyRequest(world: NotifyWorld, tx: Tx, fact: InteractionFact<string>): Promise<void> {
  await insertApprovalNotice(tx, {
    id: world.ids.next<NotificationId>(),
    ownerId: fact.deciderId,
    fromId: fact.actorId,
    kind: REQUESTS[fact.kind],
    postId: await postOf(tx, fact),
  })
}

async function withdrawRequest(tx: Tx, fact: InteractionFact<string>): Promise<void> {
  await deleteApprovalNotice(tx, {
    ownerId: fact.deciderId,
    fromId: fact.actorId,
    kind: REQUESTS[fact.kind],
    postId: await postOf(tx, fact),
  })
}

/** The reply or quote itself; of a like or boost, what it is of. */
async function postOf(tx: Tx, { kind, uri, targetId }: InteractionFact<string>): Promise<PostId> {
  const own = kind === 'reply' || kind === 'quote' ? await findPostByUri(tx, uri) : undefined
  return own?.id ?? targetId
}

async function notifyQuote(
  world: NotifyWorld,
  tx: Tx,
  quote: {
    readonly postId: PostId
    readonly quotedId: PostId
    readonly authorId: AccountId
    readonly accepted: boolean
  },
): Promise<void> {
  const quoted = (await findPostsByIds(tx, [quote.quotedId])).get(quote.quotedId)
  if (!quoted?.local || quoted.accountId === quote.authorId) return
  const notice = {
    ownerId: quoted.accountId,
    fromId: quote.authorId,
    kind: 'quote',
    postId: quote.postId,
  } as const
  if (quote.accepted) await insertApprovalNotice(tx, { ...notice, id: world.ids.next<NotificationId>() })
  else await deleteApprovalNotice(tx, notice)
}

import type { AccountId, ActivityId } from '../../base/ids.ts'
import type { Uris } from '../../base/uris.ts'
import { isOpen } from '../../base/visibility.ts'
import type { Tx } from '../../db/transact.ts'
import { hearVoice } from '../../domain/activities/voice.ts'
import { findApproval } from '../../domain/policies/find.ts'
import { findPostByUri } from '../../domain/posts/find.ts'
import type { Waiting } from '../../domain/reactions/leave.ts'
import type { InteractionFact } from '../../facts/facts.ts'
import type { Json, JsonObject } from '../../translate/json.ts'
import { createFrom, updateFrom } from '../../translate/to-activity/activities.ts'
import {
  type ApprovalParts,
  approvalFrom,
  refusalFrom,
  requestFrom,
  revocationFrom,
} from '../../translate/to-activity/approvals.ts'
import { noteContext } from '../../translate/to-activity/context.ts'
import { noteObject } from '../../translate/to-activity/note.ts'
import { announceFrom, likeFrom } from '../../translate/to-activity/reactions.ts'
import { mentionsOfAccounts } from '../../views/accounts.ts'
import { viewPost } from '../../views/posts.ts'
import type { PostView } from '../../views/view.ts'
import { tagOf } from './reactions.ts'
import type { Sayers, Saying, SayingParts } from './saying.ts'
import { inWordsOf } from './voiced.ts'

type AnyFact = InteractionFact<string>

/** Requests for leave and the answers to them, stamps taken back, and posts that say something new of others' part. */
export const sayApprovals: Sayers = {
  'interaction.requested': async (parts, tx, fact) =>
    fact.actorLocal && !fact.deciderLocal ? sayRequest(parts, tx, fact) : undefined,
  'interaction.approved': async (parts, tx, fact) =>
    fact.deciderLocal && !fact.actorLocal ? sayYes(parts, tx, fact) : undefined,
  'interaction.refused': async (parts, tx, fact) =>
    fact.deciderLocal && !fact.actorLocal ? sayNo(parts, tx, fact) : undefined,
  'interaction.revoked': async (parts, tx, fact) =>
    fact.deciderLocal && fact.stampUri !== null ? sayRevoked(parts, tx, fact, fact.stampUri) : undefined,
  'quote.settled': async (parts, tx, fact) =>
    fact.local && !fact.newPost ? sayAnew(parts, tx, fact.postId, fact.authorId) : undefined,
  'policy.changed': (parts, tx, fact) => sayAnew(parts, tx, fact.postId, fact.authorId),
}

async function partsOf(tx: Tx, fact: AnyFact): Promise<ApprovalParts | undefined> {
  const accounts = await mentionsOfAccounts(tx, [fact.actorId, fact.deciderId])
  const [actor, decider] = [accounts.get(fact.actorId), accounts.get(fact.deciderId)]
  return actor && decider && { ...fact, actorUri: actor.uri, deciderUri: decider.uri }
}

async function sayRequest({ uris }: SayingParts, tx: Tx, fact: AnyFact): Promise<Saying | undefined> {
  const parts = await partsOf(tx, fact)
  const id = uris.activityIdFrom(fact.requestUri ?? '')
  if (!parts || id === undefined || fact.requestUri === null) return undefined
  const post = await findPostByUri(tx, fact.uri)
  const view = post && (await viewPost(tx, post.id, { accountId: fact.actorId }))
  const instrument = view ? noteObject(view, uris) : await waitingOf(uris, tx, fact, parts)
  if (instrument === undefined) return undefined
  const target = await viewPost(tx, fact.targetId, { accountId: fact.actorId })
  // Its server knows of no requests: it is done before its author alone, and answered by its id.
  const byDoing = target?.policy?.byDoing && fact.kind !== 'quote'
  return {
    id,
    accountId: fact.actorId,
    json: byDoing ? doneFrom(id, view, instrument, uris) : requestFrom(fact.requestUri, parts, instrument),
    ...(view && { postId: view.id }),
    // After the post itself where that is told of too, and before any edit of it.
    subject: view?.id ?? fact.targetId,
    recipients: { accountIds: [fact.deciderId] },
  }
}

function doneFrom(id: ActivityId, view: PostView | undefined, instrument: Json, uris: Uris): JsonObject {
  if (view) return createFrom(id, view, uris)
  return { '@context': noteContext, ...(instrument as JsonObject) }
}

/** A like or boost that waits is written down only with its request. */
async function waitingOf(uris: Uris, tx: Tx, fact: AnyFact, parts: ApprovalParts): Promise<Json | undefined> {
  const body = fact.approvalId && (await findApproval(tx, fact.approvalId))?.body
  if (!body) return undefined
  const waiting = JSON.parse(body) as Waiting
  const { uri, actorUri, targetUri: postUri, deciderUri: authorUri } = parts
  const emoji = waiting.kind === 'like' ? (waiting.emoji?.emoji ?? null) : null
  const tag = await tagOf(uris, tx, fact.targetId, emoji)
  const plain =
    waiting.kind === 'like'
      ? likeFrom({ uri, actorUri, postUri, authorUri, emoji, ...(tag && { tag }) })
      : announceFrom({
          uri,
          actorUri,
          postUri,
          authorUri,
          followersUri: uris.followers(fact.actorId),
          visibility: waiting.visibility,
          publishedAt: new Date(waiting.publishedAt),
        })
  const voice = hearVoice(tx, fact.actorId, String(plain.type))
  const { '@context': _context, ...json } = voice ? inWordsOf(plain, voice.words as JsonObject) : plain
  return json
}

async function sayYes({ ids, uris }: SayingParts, tx: Tx, fact: AnyFact): Promise<Saying | undefined> {
  const parts = await partsOf(tx, fact)
  if (!parts) return undefined
  const id = ids.next<ActivityId>()
  const asked = fact.requestUri !== null
  // Only what everybody may know of is told to everybody.
  const open = !asked && (await isOpenTarget(tx, fact))
  return {
    id,
    accountId: fact.deciderId,
    json: approvalFrom(
      id,
      open || asked ? parts : { ...parts, requestUri: null },
      uris,
      uris.followers(fact.deciderId),
    ),
    public: open,
    subject: fact.actorId,
    recipients: { accountIds: [fact.actorId], ...(open && { followersOf: fact.deciderId }) },
  }
}

async function sayNo({ ids, uris }: SayingParts, tx: Tx, fact: AnyFact): Promise<Saying | undefined> {
  const parts = await partsOf(tx, fact)
  if (!parts) return undefined
  const id = ids.next<ActivityId>()
  return {
    id,
    accountId: fact.deciderId,
    json: refusalFrom(id, parts, uris),
    subject: fact.actorId,
    recipients: { accountIds: [fact.actorId] },
  }
}

async function sayRevoked(
  { ids, uris }: SayingParts,
  tx: Tx,
  fact: AnyFact,
  stampUri: string,
): Promise<Saying | undefined> {
  const parts = await partsOf(tx, fact)
  if (!parts) return undefined
  const id = ids.next<ActivityId>()
  return {
    id,
    accountId: fact.deciderId,
    json: revocationFrom(id, { ...parts, stampUri }, uris, uris.followers(fact.deciderId)),
    public: await isOpenTarget(tx, fact),
    subject: fact.actorId,
    recipients: { accountIds: [fact.actorId], followersOf: fact.deciderId },
  }
}

async function isOpenTarget(tx: Tx, { targetUri }: AnyFact): Promise<boolean> {
  const target = await findPostByUri(tx, targetUri)
  return target !== undefined && isOpen(target.visibility)
}

/** An Update whose `updated` is not newer: readers take it for no edit, but for news of the quote and the policy. */
async function sayAnew(
  { ids, uris }: SayingParts,
  tx: Tx,
  postId: AnyFact['targetId'],
  authorId: AccountId,
): Promise<Saying | undefined> {
  const post = await viewPost(tx, postId, { accountId: authorId })
  if (!post?.local || post.held) return undefined
  const id = ids.next<ActivityId>()
  return {
    id,
    accountId: authorId,
    json: updateFrom(id, post, uris),
    postId,
    public: isOpen(post.visibility),
    subject: postId,
    recipients: {
      accountIds: post.mentions.map((mention) => mention.id),
      ...(post.visibility === 'direct' ? {} : { followersOf: authorId }),
    },
  }
}

import type { AccountId, ActivityId, PostId } from '../../base/ids.ts'
import type { Uris } from '../../base/uris.ts'
import { isOpen } from '../../base/visibility.ts'
import type { Tx } from '../../db/transact.ts'
import { findActivity } from '../../domain/activities/find.ts'
import { findApprovalOf } from '../../domain/policies/find.ts'
import { pictureOf } from '../../domain/reactions/custom.ts'
import type { BoostFact, ReactionFact } from '../../facts/facts.ts'
import type { JsonObject } from '../../translate/json.ts'
import { stamped } from '../../translate/to-activity/approvals.ts'
import {
  type AnnounceParts,
  announceFrom,
  type LikeParts,
  likeFrom,
  pictureTag,
  undoAnnounceFrom,
  undoLikeFrom,
} from '../../translate/to-activity/reactions.ts'
import { mentionsOfAccounts } from '../../views/accounts.ts'
import type { Sayers, Saying, SayingParts } from './saying.ts'
import { inWordsOf } from './voiced.ts'

type AnyReaction = ReactionFact<string>
type AnyBoost = BoostFact<string>

/** Like and Announce of our people, and what undoes them. */
export const sayReactions: Sayers = {
  'reaction.added': async ({ uris }, tx, fact) => {
    const like = await likeOf(uris, tx, fact)
    const id = uris.activityIdFrom(fact.uri)
    if (!like || !id) return undefined
    return { id, json: await withStamp(tx, 'like', id, fact.uri, likeFrom(like)), ...aboutLike(fact) }
  },
  'reaction.removed': async (parts, tx, fact) => {
    const like = await likeOf(parts.uris, tx, fact)
    const id = parts.ids.next<ActivityId>()
    if (!like) return undefined
    const said = { ...like, ...(fact.emoji === null ? {} : await typeOf(parts.uris, tx, fact.uri)) }
    return { id, json: undoLikeFrom(parts.uris.activity(id), said), ...aboutLike(fact) }
  },
  'boost.added': async ({ uris }, tx, fact) => {
    const boost = await announceOf(uris, tx, fact)
    const id = uris.activityIdFrom(fact.uri)
    if (!boost || !id) return undefined
    const json = await withStamp(tx, 'announce', id, fact.uri, announceFrom(boost))
    // What is for its author alone is read by them, though nobody may see the boost.
    const about = fact.visibility === 'direct' ? {} : { postId: fact.boostId }
    return { id, json, ...about, ...aboutBoost(fact) }
  },
  'boost.removed': async (parts, tx, fact) => {
    const boost = fact.withAuthor ? undefined : await announceOf(parts.uris, tx, fact)
    return boost && undoOf(parts, fact, boost)
  },
}

/** What its author was asked for first carries their leave, for others to see; and an app's words that waited with it. */
async function withStamp(
  tx: Tx,
  kind: 'like' | 'announce',
  id: ActivityId,
  uri: string,
  json: JsonObject,
): Promise<JsonObject> {
  const approval = await findApprovalOf(tx, kind, uri)
  if (!approval) return json
  const waited = await findActivity(tx, id)
  const whole = waited ? inWordsOf(json, JSON.parse(waited.body) as JsonObject) : json
  return approval.stampUri ? stamped(kind, whole, approval.stampUri) : whole
}

async function likeOf(uris: Uris, tx: Tx, fact: AnyReaction): Promise<LikeParts | undefined> {
  if (!fact.accountLocal) return undefined
  const authorUri = fact.authorLocal ? uris.actor(fact.authorId) : await uriOf(tx, fact.authorId)
  if (authorUri === undefined) return undefined
  const { uri, postUri, emoji } = fact
  const tag = await tagOf(uris, tx, fact.postId, emoji)
  return { uri, actorUri: uris.actor(fact.accountId), postUri, authorUri, emoji, ...(tag && { tag }) }
}

/** What shows a custom emoji to those who do not have it. */
export async function tagOf(
  uris: Uris,
  tx: Tx,
  postId: PostId,
  emoji: string | null,
): Promise<JsonObject | undefined> {
  const picture = emoji === null ? undefined : await pictureOf({ db: tx, uris }, emoji, postId)
  return picture && pictureTag(picture, uris)
}

/** The type by which a reaction was said. */
async function typeOf(uris: Uris, tx: Tx, uri: string): Promise<Pick<LikeParts, 'type'>> {
  const id = uris.activityIdFrom(uri)
  return id && (await findActivity(tx, id))?.kind === 'EmojiReact' ? { type: 'EmojiReact' } : {}
}

/** Likes go to the author alone, so those between people here go nowhere. */
function aboutLike(fact: AnyReaction): Pick<Saying, 'accountId' | 'subject' | 'recipients' | 'stays'> {
  const { accountId, authorId, postId: subject } = fact
  return { accountId, subject, recipients: { accountIds: [authorId] }, stays: fact.authorLocal }
}

async function announceOf(uris: Uris, tx: Tx, fact: AnyBoost): Promise<AnnounceParts | undefined> {
  if (!fact.accountLocal) return undefined
  const authorUri = fact.authorLocal ? uris.actor(fact.authorId) : await uriOf(tx, fact.authorId)
  if (authorUri === undefined) return undefined
  const { uri, postUri, visibility, publishedAt, accountId } = fact
  return {
    uri,
    actorUri: uris.actor(accountId),
    followersUri: uris.followers(accountId),
    postUri,
    authorUri,
    visibility,
    publishedAt,
  }
}

function undoOf({ ids, uris }: SayingParts, fact: AnyBoost, boost: AnnounceParts): Saying {
  const id = ids.next<ActivityId>()
  return { id, json: undoAnnounceFrom(uris.activity(id), boost), ...aboutBoost(fact) }
}

/** The author hears of it, whether or not they follow the booster. */
function aboutBoost(
  fact: AnyBoost,
): Pick<Saying, 'accountId' | 'subject' | 'recipients' | 'public' | 'stays'> {
  const { accountId, authorId, postId, visibility } = fact
  const open = isOpen(visibility)
  return {
    accountId,
    subject: postId,
    public: open,
    recipients: {
      ...(visibility === 'direct' ? {} : { followersOf: accountId }),
      accountIds: open || visibility === 'direct' ? [authorId] : [],
    },
    stays: visibility === 'direct' && fact.authorLocal,
  }
}

async function uriOf(tx: Tx, accountId: AccountId): Promise<string | undefined> {
  return (await mentionsOfAccounts(tx, [accountId])).get(accountId)?.uri
}

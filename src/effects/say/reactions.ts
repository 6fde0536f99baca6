import type { AccountId, ActivityId } from '../../base/ids.ts'
import type { Uris } from '../../base/uris.ts'
import { isOpen } from '../../base/visibility.ts'
import type { Tx } from '../../db/transact.ts'
import { findActivity } from '../../domain/activities/find.ts'
import { findApprovalOf } from '../../domain/policies/find.ts'
import type { BoostFact, ReactionFact } from '../../facts/facts.ts'
import type { JsonObject } from '../../translate/json.ts'
import { stamped } from '../../translate/to-activity/approvals.ts'
import {
  type AnnounceParts,
  announceFrom,
  type LikeParts,
  likeFrom,
  undoAnnounceFrom,
  undoLikeFrom,
} from '../../translate/to-activity/reactions.ts'
import { mentionsOfAccounts } from '../../views/accounts.ts'
import type { Sayers, Saying, SayingParts } from './saying.ts'

type AnyReaction = ReactionFact<string>
type AnyBoost = BoostFact<string>

/** Like and Announce of our people, and what undoes them. */
export const sayReactions: Sayers = {
  'reaction.added': async ({ uris }, tx, fact) => {
    const like = await likeOf(uris, tx, fact)
    const id = uris.activityIdFrom(fact.uri)
    return (
      like && id && { id, json: await withStamp(tx, 'like', fact.uri, likeFrom(like)), ...aboutLike(fact) }
    )
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
    const json = await withStamp(tx, 'announce', fact.uri, announceFrom(boost))
    // What is for its author alone is read by them, though nobody may see the boost.
    const about = fact.visibility === 'direct' ? {} : { postId: fact.boostId }
    return { id, json, ...about, ...aboutBoost(fact) }
  },
  'boost.removed': async (parts, tx, fact) => {
    const boost = fact.withAuthor ? undefined : await announceOf(parts.uris, tx, fact)
    return boost && undoOf(parts, fact, boost)
  },
}

/** What its author was asked for first carries their leave, for others to see. */
async function withStamp(
  tx: Tx,
  kind: 'like' | 'announce',
  uri: string,
  json: JsonObject,
): Promise<JsonObject> {
  const stampUri = (await findApprovalOf(tx, kind, uri))?.stampUri
  return stampUri ? stamped(kind, json, stampUri) : json
}

async function likeOf(uris: Uris, tx: Tx, fact: AnyReaction): Promise<LikeParts | undefined> {
  if (!fact.accountLocal) return undefined
  const authorUri = fact.authorLocal ? uris.actor(fact.authorId) : await uriOf(tx, fact.authorId)
  const { uri, postUri, emoji } = fact
  return authorUri === undefined
    ? undefined
    : { uri, actorUri: uris.actor(fact.accountId), postUri, authorUri, emoji }
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

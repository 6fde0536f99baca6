import type { Account } from '../../../domain/accounts/account.ts'
import type { Wanted } from '../../../domain/policies/ask.ts'
import { judgeInteraction } from '../../../domain/policies/judge.ts'
import type { InteractionKind } from '../../../domain/policies/policy.ts'
import { refuseRequest, requestAgain, requestLeave } from '../../../domain/policies/requested.ts'
import { findPostByUri, findVisible, type KnownPost } from '../../../domain/posts/find.ts'
import type { Incoming } from '../../../domain/posts/post.ts'
import { receivePosts } from '../../../domain/posts/receive.ts'
import { waitingFrom } from '../../../domain/reactions/leave.ts'
import type { World } from '../../../domain/world.ts'
import { objectIdOf, type ReadActivity } from '../../../translate/from-activity/activity.ts'
import { incomingFrom } from '../../../translate/from-activity/note.ts'
import { boostFromActivity, likeFromActivity } from '../../../translate/from-activity/reaction.ts'
import { idOf, isObject, type Json, listOf, sameOrigin } from '../../../translate/json.ts'
import { type Asking, askFirst, effect, nothing, type Reading, type Receipt } from './reading.ts'

type Request = Wanted & { readonly requestUri: string; readonly target: KnownPost; readonly actor: Account }

/**
 * QuoteRequest (FEP-044f), ReplyRequest, LikeRequest, AnnounceRequest (GoToSocial): somebody elsewhere asks for leave to
 * do something with a post of ours. What they would do comes with it, and is theirs alone to say: whole, from their own
 * hand, or read at its origin.
 */
export function readRequest(kind: InteractionKind) {
  return (activity: ReadActivity, receipt: Receipt): Reading => {
    const targetUri = objectIdOf(activity)
    const [instrument] = listOf(activity.raw.instrument)
    const uri = idOf(instrument)
    if (targetUri === undefined || uri === undefined) return nothing('it does not say what is asked')
    if (!sameOrigin(uri, activity.actor)) return nothing('not theirs to ask about')
    return effect(async (world, actor, asking) => {
      const target = await findPostByUri(world.db, targetUri)
      const readable = target?.local && (await findVisible(world.db, target.id, { accountId: actor.id }))
      if (!target || !readable || target.boostOfId !== null || actor.local) return 'not about a post of ours'
      const request = { kind, actor, target, uri, requestUri: activity.id }
      if (kind === 'like' || kind === 'announce') return requestReaction(world, request, instrument)
      return requestPost(world, request, instrument, receipt, asking)
    })
  }
}

async function requestReaction(
  world: World,
  request: Request,
  instrument: Json | undefined,
): Promise<string> {
  const { kind, actor, target, uri } = request
  const whole = isObject(instrument) ? instrument : {}
  const [actorUri = actor.uri, objectUri = target.uri] = [idOf(whole.actor), idOf(whole.object)]
  if (actorUri !== actor.uri || objectUri !== target.uri) return 'not theirs to ask about'
  const reactor = { actorUri, followersUrl: actor.followersUrl }
  const read = kind === 'like' ? likeFromActivity : boostFromActivity
  const incoming = read(whole, uri, target.uri, reactor)
  if (incoming === undefined) return 'not for anybody here'
  return requestLeave(world, { ...request, body: JSON.stringify(waitingFrom(incoming, world.clock.now())) })
}

async function requestPost(
  world: World,
  request: Request,
  instrument: Json | undefined,
  receipt: Receipt,
  asking: Asking | undefined,
): Promise<string | typeof askFirst> {
  const { kind, actor, target, uri, requestUri } = request
  const known = await findPostByUri(world.db, uri)
  if (known)
    return known.accountId === actor.id ? requestAgain(world, request, known) : 'not theirs to ask about'
  const verdict = await judgeInteraction(world.db, { kind, actorId: actor.id, targetId: target.id })
  if (verdict === 'refused') return refuseRequest(world, request)

  const note =
    isObject(instrument) && instrument.attributedTo !== undefined ? instrument : await asking?.post(uri)
  if (!asking && note === undefined) return askFirst
  if (note === undefined || note === 'gone') return 'not to be had'
  const incoming = incomingFrom(note, receipt.at, receipt)
  if (incoming.uri !== uri || incoming.authorUri !== actor.uri) return 'not theirs to ask about'
  if (!isAbout(incoming, kind, target)) return refuseRequest(world, request)
  const arrival = { incoming: forItsAuthor(incoming, world, target), author: actor, wanted: true }
  const [outcome = 'unrelated'] = await receivePosts(world, [
    { ...arrival, request: { kind: kind === 'quote' ? 'quote' : 'reply', uri: requestUri } },
  ])
  return outcome === 'refused' ? refuseRequest(world, request) : outcome
}

function isAbout(incoming: Incoming, kind: InteractionKind, target: KnownPost): boolean {
  if (kind === 'reply') return incoming.inReplyToUri === target.uri
  return incoming.quote !== null && incoming.quote !== 'gone' && incoming.quote.uri === target.uri
}

/** They were asked with the whole post in hand, so they may read it, whoever it is for. */
function forItsAuthor(incoming: Incoming, { uris }: World, target: KnownPost): Incoming {
  if (incoming.visibility === 'public' || incoming.visibility === 'unlisted') return incoming
  return { ...incoming, recipientUris: [...incoming.recipientUris, uris.actor(target.accountId)] }
}

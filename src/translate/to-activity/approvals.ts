import type { ActivityId } from '../../base/ids.ts'
import { PUBLIC, type Uris } from '../../base/uris.ts'
import type { InteractionKind } from '../../domain/policies/policy.ts'
import { type Json, type JsonObject, listOf } from '../json.ts'
import { noteContext } from './context.ts'

/** Somebody's wish to do something with a post, as the wire names its parts. */
export interface ApprovalParts {
  readonly kind: InteractionKind
  /** the id of the like, reply, boost or quote */
  readonly uri: string
  readonly requestUri: string | null
  readonly stampUri: string | null
  readonly targetUri: string
  readonly actorUri: string
  readonly deciderUri: string
}

const NAMES = { like: 'Like', reply: 'Reply', announce: 'Announce', quote: 'Quote' } as const

/** `QuoteRequest` (FEP-044f), `LikeRequest`, `ReplyRequest`, `AnnounceRequest` (GoToSocial). */
export function requestTypeOf(kind: InteractionKind): string {
  return `${NAMES[kind]}Request`
}

/** We ask for leave. What we would do goes with it whole, for the author to judge. */
export function requestFrom(id: string, parts: ApprovalParts, instrument: Json): JsonObject {
  return {
    '@context': noteContext,
    id,
    type: requestTypeOf(parts.kind),
    actor: parts.actorUri,
    to: [parts.deciderUri],
    cc: [],
    object: parts.targetUri,
    instrument,
  }
}

/**
 * Yes: with the stamp as its result. Whoever asked gets their whole request back; what came unasked is named by its id,
 * and told to the followers too, for their servers have no other way to know of it.
 */
export function approvalFrom(
  id: ActivityId,
  parts: ApprovalParts,
  uris: Uris,
  followers: string,
): JsonObject {
  return answerFrom('Accept', id, parts, uris, parts.requestUri === null ? [PUBLIC, followers] : [])
}

export function refusalFrom(id: ActivityId, parts: ApprovalParts, uris: Uris): JsonObject {
  return answerFrom('Reject', id, parts, uris, [])
}

function answerFrom(
  type: 'Accept' | 'Reject',
  id: ActivityId,
  parts: ApprovalParts,
  uris: Uris,
  cc: readonly string[],
): JsonObject {
  const { requestUri, stampUri, uri, targetUri } = parts
  return {
    '@context': noteContext,
    id: uris.activity(id),
    type,
    actor: parts.deciderUri,
    to: [parts.actorUri],
    cc,
    object: requestUri === null ? uri : requestObject(requestUri, parts),
    ...(requestUri === null ? { target: targetUri } : {}),
    ...(type === 'Accept' && stampUri !== null ? { result: stampUri } : {}),
  }
}

function requestObject(id: string, { kind, actorUri, targetUri, uri }: ApprovalParts): JsonObject {
  return { id, type: requestTypeOf(kind), actor: actorUri, object: targetUri, instrument: uri }
}

/** What anybody can read as the proof of an approval; what it allows is named by its id alone. */
export function stampFrom(parts: ApprovalParts & { readonly stampUri: string }): JsonObject {
  return { '@context': noteContext, ...stampObject(parts, parts.stampUri) }
}

function stampObject({ kind, deciderUri, uri, targetUri }: ApprovalParts, stampUri: string): JsonObject {
  return {
    id: stampUri,
    type: `${NAMES[kind]}Authorization`,
    attributedTo: deciderUri,
    interactingObject: uri,
    interactionTarget: targetUri,
  }
}

/** An approval is taken back: its stamp is no more. */
export function revocationFrom(
  id: ActivityId,
  parts: ApprovalParts & { readonly stampUri: string },
  uris: Uris,
  followers: string,
): JsonObject {
  return {
    '@context': noteContext,
    id: uris.activity(id),
    type: 'Delete',
    actor: parts.deciderUri,
    to: [parts.actorUri],
    cc: [PUBLIC, followers],
    object: stampObject(parts, parts.stampUri),
  }
}

/** A Like or Announce with the leave that was given for it, as GoToSocial of now and of before 0.20 read it. */
export function stamped(kind: 'like' | 'announce', activity: JsonObject, stampUri: string): JsonObject {
  // What else is said in it may need words of its own.
  const more = listOf(activity['@context']).filter(
    (context) => !(noteContext as readonly Json[]).includes(context),
  )
  return {
    ...activity,
    '@context': more.length === 0 ? noteContext : [...noteContext, ...more],
    [`${kind}Authorization`]: stampUri,
    approvedBy: stampUri,
  }
}

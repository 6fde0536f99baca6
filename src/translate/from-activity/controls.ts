import { refuse } from '../../base/refusal.ts'
import { PUBLIC } from '../../base/uris.ts'
import type { InteractionKind, Policy, SubPolicy } from '../../domain/policies/policy.ts'
import type { Controls, IncomingQuote } from '../../domain/posts/controls.ts'
import { idOf, isObject, isUri, type Json, type JsonObject, listOf, objectsOf, typeOf } from '../json.ts'
import { isPublic } from './addressing.ts'
import { quoteUriOf } from './quotes.ts'

/** More people than anybody names one by one. */
const MOST_NAMED = 100

/** Who may do what with a post, what it quotes, and by whose leave it was said. */
export function controlsFrom(note: JsonObject, authorUri: string): Controls {
  return {
    policy: policyOf(note, authorUri),
    quote: quoteFrom(note),
    replyStampUri: firstId(note.replyAuthorization) ?? firstId(note.approvedBy) ?? null,
  }
}

const KINDS: readonly (readonly [InteractionKind, string])[] = [
  ['like', 'canLike'],
  ['reply', 'canReply'],
  ['announce', 'canAnnounce'],
  ['quote', 'canQuote'],
]

/**
 * `interactionPolicy` as GoToSocial and FEP-044f write it, with the older names of GoToSocial up to 0.20; else whether
 * answers are allowed at all, as Pixelfed, Lemmy and PeerTube say it.
 */
function policyOf(note: JsonObject, authorUri: string): Policy | null {
  const [written] = objectsOf(note.interactionPolicy)
  if (written === undefined)
    return repliesClosed(note) ? { reply: { automatic: [authorUri], manual: [] } } : null
  const stated = KINDS.flatMap(([kind, key]) => {
    const sub = subPolicyOf(objectsOf(written[key])[0])
    return sub === undefined ? [] : [[kind, sub] as const]
  })
  if (stated.length === 0) return null
  const policy: Policy = Object.fromEntries(stated)
  return KINDS.some(([, key]) => isNewer(objectsOf(written[key])[0])) ? policy : { ...policy, byDoing: true }
}

/**
 * `interactionPolicy` as an app of somebody here states it, part by part. What it states with nobody in it is for nobody.
 * @throws Refusal 'request.invalid', 'address.too-many'
 */
export function statedPolicyOf(written: JsonObject): Omit<Policy, 'byDoing'> {
  return Object.fromEntries(
    KINDS.flatMap(([kind, key]) => {
      const part = written[key]
      if (part === undefined || part === null) return []
      if (!isObject(part)) return refuse('request.invalid', { reason: `${key} is no part of a policy` })
      for (const list of LISTS) {
        const named = listOf(part[list])
        if (named.length > MOST_NAMED) refuse('address.too-many', { most: MOST_NAMED })
        if (named.some((item) => idOf(item) === undefined && !(typeof item === 'string' && isPublic(item))))
          refuse('request.invalid', { reason: `${key} names what is no id` })
      }
      return [[kind, subPolicyOf(part) ?? { automatic: [], manual: [] }] as const]
    }),
  )
}

const LISTS = ['automaticApproval', 'manualApproval', 'always', 'approvalRequired']

/** With these names came requests. */
function isNewer(written: JsonObject | undefined): boolean {
  return written?.automaticApproval !== undefined || written?.manualApproval !== undefined
}

/** An empty part says nothing: whoever means nobody names themself. */
function subPolicyOf(written: JsonObject | undefined): SubPolicy | undefined {
  if (written === undefined) return undefined
  const automatic = namedIn(written.automaticApproval ?? written.always)
  const manual = namedIn(written.manualApproval ?? written.approvalRequired)
  return automatic.length === 0 && manual.length === 0 ? undefined : { automatic, manual }
}

function namedIn(value: Json | undefined): readonly string[] {
  const named = listOf(value).flatMap((item) => {
    if (typeof item === 'string' && isPublic(item)) return PUBLIC
    return idOf(item) ?? []
  })
  return [...new Set(named)].slice(0, MOST_NAMED)
}

function repliesClosed(note: JsonObject): boolean {
  const [capabilities] = objectsOf(note.capabilities)
  return note.commentsEnabled === false || (capabilities !== undefined && capabilities.reply === null)
}

function quoteFrom(note: JsonObject): IncomingQuote | 'gone' | null {
  const [quoted] = listOf(note.quote)
  if (isObject(quoted) && typeOf(quoted) === 'Tombstone') return 'gone'
  const uri = quoteUriOf(note)
  if (uri === null) return null
  const stampUri = firstId(note.quoteAuthorization) ?? null
  return { uri, legacy: idOf(quoted) === undefined && stampUri === null, stampUri }
}

function firstId(value: Json | undefined): string | undefined {
  const id = idOf(listOf(value)[0])
  return id !== undefined && isUri(id) ? id : undefined
}

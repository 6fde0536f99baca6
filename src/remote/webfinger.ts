import { type Handle, handleFrom } from '../base/handles.ts'
import { Refusal } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import { claimedHandle, type Handling } from '../translate/from-activity/actor.ts'
import { idOf, type JsonObject, objectsOf, textOf } from '../translate/json.ts'
import type { Fetcher } from './fetch.ts'
import { isActivityType } from './media-types.ts'

/** A handle at another server: with a host. */
export interface FarHandle extends Handle {
  readonly host: string
}

/** What a host says about a handle: whom it means, and how it calls them itself. */
export interface Finger {
  readonly subject: FarHandle | undefined
  /** the actor's id */
  readonly self: string | undefined
}

export async function finger(fetcher: Fetcher, handle: FarHandle): Promise<Finger> {
  const jrd = await fetcher.jrd(`acct:${handle.name}@${handle.host}`, handle.host)
  const subject = handleFrom(textOf(jrd.subject) ?? '')
  return { subject: subject && isFar(subject) ? subject : undefined, self: selfOf(jrd) }
}

/**
 * Which handle an actor truly has: the host of a handle must lead to the actor, and the actor's own server must name
 * that handle. So a host can neither claim somebody else's actor nor somebody else's host; a server whose handles live
 * on another host than its actors (FEP-d556) is asked about both. Without proof the claim stands, at the host of the
 * actor's id, marked as unverified.
 * @param actor a document that was found where its id says
 */
export async function confirmHandle(fetcher: Fetcher, actor: JsonObject): Promise<Handling> {
  const claim = claimedHandle(actor)
  const uri = idOf(actor) ?? ''
  const home = new URL(uri).host
  const confirmed = await confirm(fetcher, claim, uri, home).catch((error: unknown) => {
    if (error instanceof Refusal || error instanceof Transient) return undefined
    throw error
  })
  return confirmed
    ? { ...confirmed, handleVerified: true }
    : { name: claim.name, host: home, handleVerified: false }
}

async function confirm(
  fetcher: Fetcher,
  claim: FarHandle,
  uri: string,
  home: string,
): Promise<FarHandle | undefined> {
  const first = await finger(fetcher, claim)
  if (first.self !== uri || !first.subject || !sameName(first.subject, claim)) return undefined
  if (first.subject.host === claim.host) return { name: claim.name, host: claim.host }
  // The claimed host says that the handle lives on another one: that one decides, and it may not send us on again.
  // Only the actor's own server may say so; any other host's word about a third is worth nothing.
  if (claim.host !== home) return undefined
  const second = await finger(fetcher, first.subject)
  const agreed = second.self === uri && second.subject && sameHandle(second.subject, first.subject)
  return agreed ? { name: claim.name, host: first.subject.host } : undefined
}

export function sameHandle(one: Handle, other: Handle): boolean {
  return sameName(one, other) && one.host === other.host
}

function sameName(one: Handle, other: Handle): boolean {
  return one.name.toLowerCase() === other.name.toLowerCase()
}

export function isFar(handle: Handle): handle is FarHandle {
  return handle.host !== null
}

function selfOf(jrd: JsonObject): string | undefined {
  return objectsOf(jrd.links)
    .filter((link) => textOf(link.rel) === 'self' && isActivityType(textOf(link.type) ?? ''))
    .map((link) => idOf(link.href))
    .find((href) => href !== undefined)
}

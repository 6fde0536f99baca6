import type { AccountId } from '../../base/ids.ts'
import type { Recipients } from '../../domain/activities/recipients.ts'
import type { Hearer, Voice } from '../../domain/activities/voice.ts'
import { dateOf, type Json, type JsonObject, listOf } from '../../translate/json.ts'
import type { Saying } from './saying.ts'

/** What an app may not say of its activity, since we do. */
const OURS = new Set(['@context', 'to', 'cc', 'bto', 'bcc', 'audience', 'published', 'updated'])

/**
 * What we would say, in the words of the app that did it: what we say of a thing holds, what else the app wrote stands
 * beside it, and it is for whom the app says. Where it is also for whom we would tell of it, they are added openly.
 */
export function voiced(saying: Saying, voice: Voice, now: Date): Saying {
  const words = voice.words as JsonObject
  const theirs = theirsIn(saying.json, words)
  const { to, cc } = addressesOf(saying, voice)
  const { '@context': context = null, published, ...ours } = saying.json
  const json = {
    '@context': contextsOf(context, words['@context']),
    ...ours,
    ...(words.type === undefined ? {} : { type: words.type }),
    published: published ?? saidAt(words.published, now),
    to,
    cc,
    ...theirs,
  }
  return { ...saying, json, ...heardBy(saying, voice) }
}

/** What we say, with what else an app wrote of it beside: it waited until now, or stands within something else. */
export function inWordsOf(ours: JsonObject, words: JsonObject): JsonObject {
  const { '@context': context = null, ...rest } = ours
  const { type, published } = words
  return {
    '@context': contextsOf(context, words['@context']),
    ...rest,
    ...(type !== undefined && { type }),
    ...(published !== undefined && ours.published === undefined && { published }),
    ...theirsIn(ours, words),
  }
}

function theirsIn(ours: JsonObject, words: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(words).filter(([name]) => !OURS.has(name) && ours[name] === undefined),
  )
}

function addressesOf({ json }: Saying, { saidFor, usual }: Voice): { to: string[]; cc: string[] } {
  const textsOf = (value: Json | undefined) =>
    usual ? listOf(value).filter((item) => typeof item === 'string') : []
  const to = [...new Set([...saidFor.to, ...textsOf(json.to)])]
  const cc = [...saidFor.cc, ...textsOf(json.cc)].filter((address) => !to.includes(address))
  return { to, cc: [...new Set(cc)] }
}

function heardBy(saying: Saying, { accountId, saidFor, usual }: Voice) {
  const told: Recipients = usual ? saying.recipients : { accountIds: [] }
  const open = [...idsOf(saidFor.hearers, false), ...told.accountIds]
  const blind = [...idsOf(saidFor.hearers, true), ...(told.blindIds ?? [])].filter((id) => !open.includes(id))
  const followersOf = saidFor.followers ? { followersOf: accountId } : {}
  const nobodyElse = saidFor.hearers.every((hearer) => hearer.local) && !saidFor.followers
  return {
    public: saidFor.public || (usual && (saying.public ?? false)),
    recipients: { ...told, ...followersOf, accountIds: [...new Set(open)], blindIds: [...new Set(blind)] },
    stays: nobodyElse && (!usual || (saying.stays ?? false)),
  }
}

function idsOf(hearers: readonly Hearer[], blind: boolean): AccountId[] {
  return hearers.filter((hearer) => hearer.blind === blind).map(({ accountId }) => accountId)
}

/** When the app says it was, unless that is yet to come. */
function saidAt(value: Json | undefined, now: Date): string {
  const date = dateOf(value)
  return (date !== undefined && date <= now ? date : now).toISOString()
}

/** Ours first: what it defines is not defined anew. */
function contextsOf(ours: Json, theirs: Json | undefined): Json {
  const known = new Set(listOf(ours).map((item) => JSON.stringify(item)))
  const more = listOf(theirs).filter((item) => !known.has(JSON.stringify(item)))
  const all = [...listOf(ours), ...more]
  const [only] = all
  return all.length === 1 && only !== undefined ? only : all
}

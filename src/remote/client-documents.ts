import type { Clock } from '../base/clock.ts'
import { Refusal, refuse } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import type { Uris } from '../base/uris.ts'
import { whyNoClientAddress } from '../domain/grants/client-id.ts'
import { readMetadata } from '../domain/grants/client-metadata.ts'
import type { ClientReader, DescribedClient } from '../domain/grants/ensure-client.ts'
import { clientMetadataFrom } from '../translate/from-activity/client.ts'
import { isObject, type JsonObject, parseJson } from '../translate/json.ts'
import { createKeySets } from './client-keys.ts'
import { type Answer, getOnce } from './exchange.ts'
import { isOurHost } from './visitor.ts'
import type { WayOut } from './way-out.ts'

const ACCEPT = 'application/json, application/activity+json, application/ld+json'
const DEADLINE_MS = 3000
/** Client ID metadata documents are small by their own rule; ActivityPub objects bring contexts along. */
const MOST_BYTES = { document: 5 * 1024, object: 64 * 1024 }
const MINUTE = 60
const SHORTEST_SECONDS = 5 * MINUTE
const LONGEST_SECONDS = 24 * 60 * MINUTE
/** for an answer that does not say how long it holds */
const USUAL_SECONDS = 60 * MINUTE

export interface ClientReaderParts {
  readonly dispatcher: WayOut
  readonly uris: Uris
  readonly clock: Clock
}

/**
 * Reads what apps publish about themselves: a client ID metadata document, or an ActivityPub object (FEP-d8c2). One
 * request, no redirect, 200 or nothing; no failure to describe itself is remembered. What is decided by is which of `client_id` and `id`
 * stands in it, and that must be the very address that was asked.
 */
export function createClientReader(parts: ClientReaderParts): ClientReader {
  const underWay = new Map<string, Promise<DescribedClient>>()
  const keySets = createKeySets(async (address) => {
    const url = URL.parse(address) ?? refuse('client.document', { reason: 'jwks_uri is no address' })
    const answer = await get(parts, url, 'application/jwk-set+json, application/json')
    return { keys: objectIn(answer), freshSeconds: freshSecondsOf(answer, parts.clock.now()) }
  }, parts.clock)

  async function read(address: string): Promise<DescribedClient> {
    const reason = whyNoClientAddress(address)
    if (reason !== undefined) refuse('client.document', { reason })
    const answer = await get(parts, new URL(address), ACCEPT)
    return { ...describe(address, answer), freshSeconds: freshSecondsOf(answer, parts.clock.now()) }
  }

  return {
    read(address) {
      const running = underWay.get(address) ?? read(address).finally(() => underWay.delete(address))
      underWay.set(address, running)
      return running
    },
    keys: (address, more = {}) => keySets(address, more.anew ?? false),
  }
}

/** Asks once, as anybody would: unsigned, without cookies, and not at our own address. */
async function get({ dispatcher, uris }: ClientReaderParts, url: URL, accept: string): Promise<Answer> {
  const refused = (reason: string) => refuse('client.document', { reason })
  if (isOurHost(url, uris)) refused('an app does not live on this server itself')
  if (url.protocol !== 'https:' && !(await isOpened(dispatcher, url))) refused('it is not over https')
  let answer: Answer
  try {
    answer = await getOnce(dispatcher, url, {
      headers: { accept },
      maxBytes: MOST_BYTES.object,
      endsAt: performance.now() + DEADLINE_MS,
    })
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof Transient)) throw error
    return refused(`${url.host} did not give it`)
  }
  return answer.status === 200 ? answer : refused(`${url.host} answered ${answer.status}`)
}

async function isOpened(dispatcher: WayOut, url: URL): Promise<boolean> {
  return (await dispatcher.placeOf(url.hostname, Number(url.port || 80))) === 'opened'
}

function describe(address: string, answer: Answer): Omit<DescribedClient, 'freshSeconds'> {
  const found = objectIn(answer)
  const { origin } = new URL(address)
  if (found.client_id !== undefined) {
    if (found.client_id !== address)
      refuse('client.document', { reason: 'its client_id is not its own address' })
    if (answer.body.length > MOST_BYTES.document) refuse('client.document', { reason: 'it is too large' })
    return { kind: 'document', metadata: readMetadata(found, 'document', origin) }
  }
  if (found.id !== address) refuse('client.document', { reason: 'its id is not its own address' })
  return { kind: 'object', metadata: readMetadata(clientMetadataFrom(found), 'object', origin) }
}

function objectIn(answer: Answer): JsonObject {
  try {
    const value = parseJson(answer.body.toString())
    if (isObject(value)) return value
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
  return refuse('client.document', { reason: 'it is not a JSON object' })
}

/** How long an answer may be relied on, by its own word (RFC 9111), within our bounds. */
function freshSecondsOf(answer: Answer, now: Date): number {
  return Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, saidSeconds(answer, now)))
}

function saidSeconds(answer: Answer, now: Date): number {
  const control = answer.header('cache-control').toLowerCase()
  if (/\b(?:no-store|no-cache)\b/.test(control)) return 0
  const said = /\b(?:s-maxage|max-age)\s*=\s*"?(\d{1,10})/.exec(control)?.[1]
  if (said !== undefined) return Number(said)
  const expires = Date.parse(answer.header('expires'))
  if (!Number.isNaN(expires)) return (expires - now.getTime()) / 1000
  return answer.header('expires') === '' ? USUAL_SECONDS : 0
}

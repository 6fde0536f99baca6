import type { Clock } from '../base/clock.ts'
import { Refusal } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import type { Uris } from '../base/uris.ts'
import type { Db } from '../db/connect.ts'
import { type AskedHost, claimUnaskedHosts, writeSoftware } from '../jobs/host-facts.ts'
import { cutText } from '../text/clean.ts'
import { isObject, type JsonObject, objectsOf, parseJson, textOf } from '../translate/json.ts'
import { createVisitor, type Visitor } from './visitor.ts'
import type { WayOut } from './way-out.ts'

export interface SoftwareParts {
  readonly db: Db
  readonly dispatcher: WayOut
  readonly uris: Uris
  readonly clock: Clock
}

/** So few at a time, since nobody waits for it. */
const HOSTS_AT_A_TIME = 20
const DEADLINE_MS = 8000
const LONGEST = 64
const SCHEMA = /^https?:\/\/nodeinfo\.diaspora\.software\/ns\/schema\/(\d\.\d)$/

/** Makes the chore that asks hosts which software they run, some at each turn, each once in two weeks. */
export function softwareChore(parts: SoftwareParts): () => Promise<void> {
  const visitor = createVisitor(parts)
  return async () => {
    const hosts = await claimUnaskedHosts(parts.db, HOSTS_AT_A_TIME)
    await Promise.all(hosts.map((host) => learn(parts, visitor, host)))
  }
}

async function learn(parts: SoftwareParts, visitor: Visitor, host: AskedHost): Promise<void> {
  try {
    const software = await softwareOf(parts, visitor, host.name)
    if (software) await writeSoftware(parts.db, host.id, software)
  } catch (error) {
    // No answer is none; it is asked again when its time comes.
    if (!(error instanceof Refusal || error instanceof Transient)) throw error
  }
}

/** NodeInfo in two steps; the second document must be on the same host as the first. */
async function softwareOf({ dispatcher }: SoftwareParts, visitor: Visitor, host: string) {
  const endsAt = performance.now() + DEADLINE_MS
  const get = async (url: URL) => {
    const { body } = await visitor.visit(url, { accept: 'application/json', signed: false, endsAt })
    const document = parseJson(body.toString())
    return isObject(document) ? document : {}
  }
  const { hostname, port } = new URL(`https://${host}`)
  const opened = (await dispatcher.placeOf(hostname, Number(port || 443))) === 'opened'
  const links = await get(new URL(`${opened ? 'http' : 'https'}://${host}/.well-known/nodeinfo`))
  const href = latestIn(links)
  if (href === undefined || new URL(href).host !== host) return undefined
  const { software } = await get(new URL(href))
  const [name, version] = isObject(software) ? [textOf(software.name), textOf(software.version)] : []
  return name ? { name: cutText(name, LONGEST), version: cutText(version ?? '', LONGEST) } : undefined
}

function latestIn(document: JsonObject): string | undefined {
  const found = objectsOf(document.links).flatMap((link) => {
    const version = SCHEMA.exec(textOf(link.rel) ?? '')?.[1]
    const href = textOf(link.href)
    return version !== undefined && href !== undefined && URL.canParse(href) ? [{ version, href }] : []
  })
  return found.toSorted((a, b) => b.version.localeCompare(a.version))[0]?.href
}

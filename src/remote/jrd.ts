import { Parser } from 'htmlparser2'
import { Refusal, refuse } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import { isObject, type JsonObject, objectsOf, parseJson, textOf } from '../translate/json.ts'
import type { GuardedDispatcher } from './dispatcher.ts'
import type { Answer } from './exchange.ts'
import { isHtml } from './media-types.ts'
import type { Visitor } from './visitor.ts'

const WEBFINGER = 'application/jrd+json, application/json'
const HOST_META = 'application/xrd+xml, application/jrd+json, application/xml, text/xml'
const LRDD = 'lrdd'

/**
 * An RFC 7033 document about a resource, from that host; where there is none at the usual place, from where the host's
 * metadata says that such documents are (RFC 6415 §3: `lrdd`).
 * @throws as `Visitor.visit` does, and Refusal 'remote.refused' for what is no JSON
 */
export async function fetchJrd(
  visitor: Visitor,
  dispatcher: Pick<GuardedDispatcher, 'placeOf'>,
  resource: string,
  host: string,
  endsAt: number,
): Promise<JsonObject> {
  const secure = new URL(`https://${host}/`)
  try {
    return await fetchFrom(visitor, secure, resource, endsAt)
  } catch (error) {
    // Plain http is spoken within opened private ranges only, and there often nothing else is.
    const place =
      error instanceof Transient ? await dispatcher.placeOf(secure.hostname, Number(secure.port || 80)) : ''
    if (place !== 'opened') throw error
    return fetchFrom(visitor, new URL(`http://${host}/`), resource, endsAt)
  }
}

async function fetchFrom(visitor: Visitor, base: URL, resource: string, endsAt: number): Promise<JsonObject> {
  const url = new URL(`/.well-known/webfinger?resource=${encodeURIComponent(resource)}`, base)
  try {
    return jrdIn(await visitor.visit(url, { accept: WEBFINGER, signed: false, endsAt }))
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'remote.not-found') throw error
    const elsewhere = await templateOf(visitor, base, endsAt)
    // Most hosts name the usual place, which has just said no.
    const other = elsewhere && URL.parse(elsewhere.replace('{uri}', encodeURIComponent(resource)), base.href)
    if (!other || other.href === url.href || other.protocol !== base.protocol) throw error
    return jrdIn(await visitor.visit(other, { accept: WEBFINGER, signed: false, endsAt }))
  }
}

async function templateOf(visitor: Visitor, base: URL, endsAt: number): Promise<string | undefined> {
  try {
    const url = new URL('/.well-known/host-meta', base)
    const answer = await visitor.visit(url, { accept: HOST_META, signed: false, endsAt })
    const text = answer.body.toString()
    return text.trimStart().startsWith('{') ? templateInJson(text) : templateInXml(text)
  } catch (error) {
    if (error instanceof Refusal || error instanceof Transient) return undefined
    throw error
  }
}

function templateInJson(text: string): string | undefined {
  const document = parseJson(text)
  const links = isObject(document) ? objectsOf(document.links) : []
  return links
    .filter((link) => textOf(link.rel) === LRDD)
    .map((link) => textOf(link.template))
    .find((template) => template?.includes('{uri}'))
}

function templateInXml(text: string): string | undefined {
  let found: string | undefined
  const parser = new Parser(
    {
      onopentag(name, { rel, template }) {
        if (name === 'Link' && rel === LRDD && template?.includes('{uri}')) found ??= template
      },
    },
    { xmlMode: true },
  )
  parser.end(text)
  return found
}

/** Static hosts serve it under all sorts of types; it is only a hint, so any JSON will do. */
function jrdIn(answer: Answer): JsonObject {
  if (isHtml(answer.header('content-type')))
    refuse('remote.refused', { reason: 'a page instead of WebFinger' })
  return objectIn(answer)
}

/** What an answer holds when it is a JSON object. */
export function objectIn(answer: Answer): JsonObject {
  try {
    const document = parseJson(answer.body.toString())
    if (isObject(document)) return document
  } catch {
    // said below
  }
  return refuse('remote.refused', { reason: `no JSON object at ${answer.url.host}` })
}

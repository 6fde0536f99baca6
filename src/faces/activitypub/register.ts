import type { RequestHandler } from 'express'
import { type AccountId, type PostId, readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import type { Db } from '../../db/connect.ts'
import { blockedBetween } from '../../domain/blocks/find.ts'
import { findAuthorOf } from '../../domain/posts/find.ts'
import type { JsonObject } from '../../translate/json.ts'
import { viewAccountByName } from '../../views/accounts.ts'
import { budgetsOf } from '../http/budgets.ts'
import { serveSurface } from '../http/fedify.ts'
import { ownerOf, type Reading } from '../http/reading.ts'
import { registerActors } from './actors.ts'
import { registerEmojis } from './emojis.ts'
import { hostMeta } from './host-meta.ts'
import { answerList, isAboutList, isList } from './lists/answer.ts'
import { registerLists } from './lists/register.ts'
import { registerMedia } from './media.ts'
import { nodeInfoAs, nodeInfoLinks, registerNodeInfo } from './nodeinfo.ts'
import { registerObjects } from './objects.ts'
import type { SurfaceParts } from './parts.ts'
import { heldSignerOf, requireWelcome, signerOf } from './signer.ts'
import { registerStamps } from './stamps.ts'
import { jrdFrom, resourceFrom } from './webfinger.ts'

/**
 * Everything that other servers can read, as one handler: our dispatchers on the Fedify instance, and beside them the
 * few documents that Fedify does not make. What it leaves to the next handler are pages and what is not there.
 */
export function activityPub(parts: SurfaceParts): RequestHandler {
  registerActors(parts)
  registerObjects(parts)
  registerEmojis(parts)
  registerMedia(parts)
  registerStamps(parts)
  registerLists(parts)
  registerNodeInfo(parts)
  const { db, uris, documents, authorizedFetch, rateLimits = false, log } = parts
  const budgets = budgetsOf({ db, config: { rateLimits } })
  return serveSurface({
    origin: uris.origin,
    handleHost: uris.handleHost,
    authorizedFetch,
    documents,
    signer: (req) => signerOf(parts, req),
    heldSigner: (req) => heldSignerOf(parts, req),
    requireWelcome: (req) => requireWelcome(parts, req),
    isKeptFrom: (viewer, reading, key) => isKeptFrom(parts.db, viewer.accountId, reading, key),
    count: (req, res) => budgets.spend(req, res, 'read'),
    log,
    answer: (key, reading) => answer(parts, key, reading),
  })
}

/** Whether a reader and the one whose document it is are kept apart by a block of either. */
async function isKeptFrom(db: Db, viewerId: AccountId, reading: Reading, key: string): Promise<boolean> {
  const owner = ownerOf(reading) ?? (await authorBehind(db, key))
  if (owner === undefined || owner === viewerId) return false
  return (await blockedBetween(db, viewerId, [owner])).size > 0
}

/** Of what hangs on a post and says no more of it: whose post that is. */
async function authorBehind(db: Db, key: string): Promise<AccountId | undefined> {
  const id = readId<PostId>(/^\/ap\/posts\/(\d+)\//.exec(key)?.[1])
  return id && findAuthorOf(db, id)
}

/** Lists that Fedify has no dispatcher for. */
const OURS_ALONE = /^\/ap\/(?:inbox|collections\/|actors\/[^/]+\/(?:inbox|pending_|block|collections))/

async function answer(parts: SurfaceParts, key: string, reading: Reading): Promise<Response | undefined> {
  if (key.startsWith('/@')) return answerPage(parts, key, reading)
  if (isList(key)) {
    if (reading.app || isAboutList(key) || OURS_ALONE.test(key))
      return orGone(await answerList(parts, key, reading), reading)
    return ask(parts, key, reading)
  }
  if (key.startsWith('/ap/')) return ask(parts, key, reading)
  if (key.startsWith('/.well-known/webfinger')) return answerWebFinger(parts, key, reading)
  if (key.startsWith('/nodeinfo/')) {
    const version = key === '/nodeinfo/2.0' ? '2.0' : '2.1'
    return change(await ask(parts, '/nodeinfo/2.1', reading), (document) => nodeInfoAs(version, document))
  }
  reading.public = true
  reading.lasting = true
  if (key === '/.well-known/nodeinfo') return nodeInfoLinks(parts.uris)
  return hostMeta(parts.uris, key.endsWith('.json') ? 'json' : 'xml')
}

/** Asks Fedify. The request it sees holds nothing that came with ours but what the key says. */
async function ask(
  { federation, uris }: SurfaceParts,
  path: string,
  reading: Reading,
): Promise<Response | undefined> {
  const request = new Request(uris.origin + path, { headers: { accept: 'application/activity+json' } })
  const response = await federation.fetch(request, { contextData: reading })
  return response.status === 404 ? orGone(undefined, reading) : response
}

/** What is not there was never there, unless the reading says otherwise. */
function orGone(response: Response | undefined, reading: Reading): Response | undefined {
  return response === undefined && reading.gone ? refuse('gone') : response
}

async function change(
  response: Response | undefined,
  into: (document: JsonObject) => Response,
): Promise<Response | undefined> {
  return response?.status === 200 ? into((await response.json()) as JsonObject) : response
}

/** The address of a page names the same thing as an id, to those who ask for ActivityPub: `/@name`, `/@name/<post>`. */
async function answerPage(parts: SurfaceParts, key: string, reading: Reading): Promise<Response | undefined> {
  const [, name = '', post] = /^\/@(\w+)(?:\/(\d+))?$/.exec(key) ?? []
  const account = await viewAccountByName(parts.db, name)
  if (!account) return undefined
  if (post === undefined) return ask(parts, `/ap/actors/${account.id}`, reading)
  reading.paths.push(`/ap/posts/${post}`, `/ap/actors/${account.id}`)
  const response = await ask(parts, `/ap/posts/${post}`, reading)
  return reading.post === undefined || reading.post.author.id === account.id ? response : undefined
}

async function answerWebFinger(
  parts: SurfaceParts,
  key: string,
  reading: Reading,
): Promise<Response | undefined> {
  const { uris } = parts
  const text = new URLSearchParams(key.split('?')[1]).get('resource')
  const resource = text === null ? undefined : resourceFrom(text, uris)
  if (resource === undefined) return refuse('request.invalid')
  const path = `/.well-known/webfinger?resource=${encodeURIComponent(resource)}`
  const response = await ask(parts, path, reading)
  return response?.status === 200 && reading.account ? jrdFrom(reading.account, uris) : response
}

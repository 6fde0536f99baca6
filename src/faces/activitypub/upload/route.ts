import { join } from 'node:path'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { type AccountId, type AttachmentId, readId } from '../../../base/ids.ts'
import { Refusal, refuse } from '../../../base/refusal.ts'
import { findOnce } from '../../../domain/activities/once.ts'
import type { FileAudience } from '../../../domain/media/attachment.ts'
import { discardFile } from '../../../domain/media/keep.ts'
import { takeUpload } from '../../../media/take.ts'
import { clearTemporary, withTemporaryFile } from '../../../media/temporary.ts'
import { shellFrom } from '../../../translate/from-activity/shell.ts'
import type { JsonObject } from '../../../translate/json.ts'
import { mediaFrom, mediaUnderway } from '../../../translate/to-activity/media.ts'
import { viewMedia } from '../../../views/media.ts'
import { viewUnready } from '../../../views/unready.ts'
import { type Bearer, requireBearer } from '../../http/auth.ts'
import { budgetsOf } from '../../http/budgets.ts'
import { crossOrigin } from '../../http/cors.ts'
import { readyDocument } from '../../http/documents.ts'
import { allowBody } from '../../http/slow-bodies.ts'
import { LONGEST_WAIT_MS, untilReady } from '../../http/until-ready.ts'
import type { ClientParts } from '../client-parts.ts'
import { addressesIn, withoutBlind } from '../outbox/addresses.ts'
import { audienceOf } from '../outbox/audience.ts'
import { postedObject } from '../outbox/body.ts'
import { answerPosted, type Carried, carryOut, onceFrom } from '../outbox/route.ts'
import { requireAddressing } from '../outbox/scopes.ts'
import { readForm, type UploadForm } from './form.ts'
import { asCreate, type Creation, creationIn } from './shell.ts'

/**
 * Where apps hand in files (`uploadMedia`): a file, alone or with what describes it, becomes an object that can be posted
 * within a day; with a Create around that, it is posted at once, by the same road as everything else.
 */
export function uploadRoute(parts: ClientParts): RequestHandler {
  const folder = join(parts.config.dataDir, 'uploads')
  void clearTemporary(folder)
  const budgets = budgetsOf({ db: parts.world.db, config: parts.config })
  const router = Router({ caseSensitive: true, strict: true })
  router.use('/ap/actors/:id/uploads', crossOrigin('POST'))
  router.post('/ap/actors/:id/uploads', async (req, res) => {
    const bearer = requireBearer(req, 'uploadfiles')
    if (readId<AccountId>(String(req.params.id)) !== bearer.account.id) refuse('outbox.not-yours')
    allowBody(req, LONGEST_MS)
    const told = req.headers['content-length']
    await budgets.spend(req, res, 'upload', Number(told ?? 0))
    await withTemporaryFile(folder, async (path) => {
      const form = await readForm(req, path, (await parts.films()) !== undefined)
      // Of what comes in chunks it is known only now how much it was.
      if (told === undefined) await budgets.spend(req, res, 'upload', form.size)
      await take({ parts, bearer, path, req, res }, form)
    })
  })
  return router
}

/** A film from a telephone on the road takes its time. */
const LONGEST_MS = 570_000

interface Upload {
  readonly parts: ClientParts
  readonly bearer: Bearer
  readonly path: string
  readonly req: Request
  readonly res: Response
}

async function take(upload: Upload, form: UploadForm): Promise<void> {
  const { parts, bearer, path, res } = upload
  const posted = form.object && postedObject(form.object)
  const creation = posted && creationIn(posted)
  const about: JsonObject = creation?.object ?? posted ?? {}
  const { description, focus, more } = shellFrom(about)
  // One that posts is carried out once by its outbox.
  const once = creation ? undefined : onceFrom(upload.req, bearer, { hash: form.digest })
  const earlier = once && (await findOnce(parts.world.db, once))
  if (earlier) return answerUploaded(parts, res, earlier as string as AttachmentId, bearer)
  const audience = posted && !creation ? await audienceIn(parts, bearer, posted) : undefined
  const { id, kind } = await takeUpload(parts, bearer.account, {
    path,
    description: form.description ?? description ?? '',
    ...(focus && { focus }),
    ...(audience && { audience }),
    ...(!creation && { shell: withoutBlind(more) as JsonObject }),
    ...(once && { once }),
  }).catch(said)
  if (!creation) return answerUploaded(parts, res, id, bearer)
  if (kind) await requireReady(upload, id)
  const carried = await post(upload, creation, form, id).finally(() =>
    // It waits no more unless it was not posted, or had been by an earlier request of the same key.
    discardFile(parts.world.db, bearer.account.id, id),
  )
  await answerPosted(parts, res, carried)
}

/**
 * What is posted at once is waited for.
 * @throws Refusal 'upload.not-ready' when that takes too long: then it waits to be posted; 'media.failed'
 */
async function requireReady({ parts, bearer, res }: Upload, id: AttachmentId): Promise<void> {
  const { db, uris } = parts.world
  await untilReady({ ...parts, db }, { ownerId: bearer.account.id, id }, res, LONGEST_WAIT_MS)
  const unready = await viewUnready(db, bearer.account.id, id)
  if (unready?.failure) refuse('media.failed', { failure: unready.failure })
  if (unready) refuse('upload.not-ready', { file: uris.mediaObject(id) })
}

async function post(
  { parts, bearer, req }: Upload,
  creation: Creation,
  { digest }: UploadForm,
  id: AttachmentId,
): Promise<Carried> {
  const json = asCreate(creation, await requireMedia(parts, id, bearer))
  const body = { json, hash: digest }
  return carryOut(parts, bearer, body, onceFrom(req, bearer, body))
}

/** The same in the words of FEP-c180. */
function said(error: unknown): never {
  if (!(error instanceof Refusal)) throw error
  if (error.code === 'media.unreadable') refuse('upload.type')
  if (error.code === 'media.too-large') refuse('upload.too-large', error.details)
  throw error
}

/** For whom a file is that is not posted: whom its shell names; where it names nobody, its owner alone. */
async function audienceIn(
  { world }: ClientParts,
  bearer: Bearer,
  shell: JsonObject,
): Promise<FileAudience | undefined> {
  const addresses = addressesIn(shell)
  if (Object.values(addresses).every((list) => list.length === 0)) return undefined
  const audience = await audienceOf(world, bearer.account, addresses, null)
  requireAddressing(bearer, audience)
  const { to, cc, bto, bcc, visibility } = audience
  return { visibility, readerIds: [...to, ...cc, ...bto, ...bcc].map(({ id }) => id) }
}

async function requireMedia({ world }: ClientParts, id: AttachmentId, { account }: Bearer) {
  const view = await viewMedia(world.db, id, { accountId: account.id })
  return view ? mediaFrom(view, world.uris) : refuse('not-found')
}

async function answerUploaded(
  parts: ClientParts,
  res: Response,
  id: AttachmentId,
  bearer: Bearer,
): Promise<void> {
  const unready = await viewUnready(parts.world.db, bearer.account.id, id)
  if (unready?.failure) refuse('media.failed', { failure: unready.failure })
  const media = unready
    ? mediaUnderway({ ...unready, ownerUri: bearer.account.uri }, parts.world.uris)
    : await requireMedia(parts, id, bearer)
  const document = JSON.stringify(media)
  const { headers, body } = readyDocument(Buffer.from(document), {
    'content-type': 'application/activity+json; charset=utf-8',
    'cache-control': 'private, no-cache',
    location: parts.world.uris.mediaObject(id),
  })
  res.writeHead(unready ? 202 : 201, headers).end(body)
}

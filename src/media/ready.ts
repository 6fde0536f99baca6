import { createWriteStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { pipeline } from 'node:stream/promises'
import { Refusal } from '../base/refusal.ts'
import type { FileFailure, MadeFile, UnreadyKind } from '../domain/media/attachment.ts'
import { beginFile, type FilmJob, failFile, finishFile } from '../domain/media/unready.ts'
import type { JobHandler } from '../jobs/outcomes.ts'
import type { FilmTools } from './ffmpeg.ts'
import type { Picture } from './picture.ts'
import { posterOf } from './posters.ts'
import { probe } from './probe.ts'
import { sniffAnimated, sniffRaw } from './raw.ts'
import { sniff } from './sniff.ts'
import { type FilePart, newFileName } from './storage.ts'
import type { FileKeeper } from './take.ts'
import { withTemporaryFile } from './temporary.ts'
import { transcode } from './transcode.ts'
import { cleanedFilm, kindOf, LARGEST_FILM, MEGABYTE } from './upload.ts'

export interface ReadyParts extends FileKeeper {
  /** where files stand while they are worked on */
  readonly folder: string
}

/**
 * Side by side: each keeps a core or two busy for minutes, behind everything else. As long as its programs may take, one
 * after the other, and some more.
 */
export const filmLimits = {
  atOnce: Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2))),
  timeLimitMs: 1_200_000,
}

/**
 * The job `film`: makes what somebody handed in into what plays everywhere, and lets it wait to be posted. It may end
 * anywhere and begin again: what it has put into the storage under names of its own it has written down before, and what
 * counts is one transaction at the end.
 */
export function filmHandler(parts: ReadyParts): JobHandler {
  return (payload, _signal, save) => makeReady(parts, payload as FilmJob, save)
}

/** The same at once, for whoever waits. */
export async function makeReady(
  parts: ReadyParts,
  { id, left = [] }: FilmJob,
  save: (payload: FilmJob) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { world, storage, folder } = parts
  const { round, ready } = await beginFile(world.db, id)
  if (!ready) for (const file of left) await storage.remove(file)
  if (!round) return
  await withTemporaryFile(folder, (from) =>
    withTemporaryFile(folder, async (to) => {
      await pipeline(storage.read(round.source), createWriteStream(from, { flags: 'wx', mode: 0o600 }))
      const made = await make(await parts.films(), from, to, round.kind)
      if (typeof made === 'string') return failFile(world.db, round, made)
      const names = {
        file: newFileName(made.ending),
        previewFile: made.preview && newFileName(made.preview.ending),
      }
      const mine = [names.file, ...(names.previewFile ? [names.previewFile] : [])]
      await save({ id, left: mine })
      await storage.put(names.file, made.content)
      if (made.preview && names.previewFile) await storage.put(names.previewFile, made.preview.bytes)
      const { uris } = world
      const { content: _content, preview: _preview, ending: _ending, ...facts } = made
      const stored: MadeFile = {
        ...facts,
        ...names,
        url: uris.media(names.file),
        previewUrl: names.previewFile && uris.media(names.previewFile),
      }
      if (!(await finishFile(world, round, stored))) for (const name of mine) await storage.remove(name)
    }),
  )
}

type Facts = Pick<MadeFile, 'kind' | 'mediaType' | 'blurhash' | 'width' | 'height' | 'duration'>
interface Made extends Facts {
  readonly content: FilePart
  readonly ending: string
  readonly preview: Picture | null
}

const LARGEST = LARGEST_FILM * MEGABYTE

async function make(
  tools: FilmTools | undefined,
  from: string,
  to: string,
  kind: UnreadyKind,
): Promise<Made | FileFailure> {
  if (!tools) return asItIs(from, 'unplayable')
  const raw = kind === 'gifv' ? sniffAnimated(await wholeOf(from)) : sniffRaw(await headOf(from))
  if (!raw) return 'unreadable'
  const plan = await transcode({ tools, from, to, raw, largest: LARGEST })
  if (typeof plan === 'string')
    return plan === 'unplayable' || plan === 'too-long' ? asItIs(from, plan, tools) : plan
  const found = await probe(to)
  if (!found) return 'unreadable'
  const { mediaType, ending } = plan
  const poster = plan.kind === 'audio' ? undefined : await posterOf(to, mediaType, tools)
  const { width, height, duration } = found
  return {
    ...{ width, height, duration, kind: plan.kind, mediaType, ending },
    blurhash: poster?.blurhash ?? null,
    preview: poster?.preview ?? null,
    content: { path: to, start: 0, end: (await stat(to)).size },
  }
}

/** What most browsers play is better than nothing, where it cannot be made into what all do. */
async function asItIs(path: string, failure: FileFailure, tools?: FilmTools): Promise<Made | FileFailure> {
  const sniffed = sniff(await headOf(path))
  if (!sniffed || sniffed.mediaType.startsWith('image/')) return failure
  try {
    const film = await cleanedFilm(path, sniffed)
    const poster = tools && (await posterOf(path, sniffed.mediaType, tools))
    return { ...film, ...poster, kind: kindOf(sniffed), ...sniffed }
  } catch (error) {
    if (error instanceof Refusal) return error.code === 'media.failed' ? 'too-large' : 'unreadable'
    throw error
  }
}

const HEAD = 4096

async function headOf(path: string): Promise<Uint8Array> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0)
  return buffer.subarray(0, bytesRead)
}

async function wholeOf(path: string): Promise<Uint8Array> {
  await using file = await open(path)
  return file.readFile()
}

import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'
import type { Request } from 'express'
import { Refusal, refuse } from '../../base/refusal.ts'

/** A file that came with a request; it is gone when the request is answered. */
export interface GivenFile {
  readonly path: string
  readonly size: number
  /** as whoever sends it says; to be believed in nothing */
  readonly name: string | undefined
  readonly mediaType: string | undefined
}

/** Which files a route takes; others that come along are passed over. */
export interface FileWish {
  /** where they are kept meanwhile */
  readonly folder: string
  /** the fields that they come in */
  readonly names: readonly string[]
  /** bytes of each */
  readonly largest: number
}

export interface MultipartForm {
  readonly pairs: readonly (readonly [string, string])[]
  readonly files: ReadonlyMap<string, GivenFile>
}

const LARGEST_FIELD = 256 * 1024
const MOST_FIELDS = 1000
const MOST_FILES = 8

/**
 * Reads a form of several parts as it comes, its files into files: no more of one is held in memory than what was just
 * read, and what is too large is refused as soon as that is seen.
 * @throws Refusal 'params.unreadable', 'upload.too-large'
 */
export async function readMultipart(req: Request, wish: FileWish | undefined): Promise<MultipartForm> {
  const parser = parserFor(req)
  const pairs: (readonly [string, string])[] = []
  const files = new Map<string, GivenFile>()
  const taken: Promise<void>[] = []
  const { promise: broken, reject } = Promise.withResolvers<never>()
  const unreadable = (reason: string) => reject(new Refusal('params.unreadable', { reason }))
  parser.on('file', (name, stream, { filename, mimeType }) => {
    if (!wish?.names.includes(name) || files.has(name)) {
      stream.resume()
      return
    }
    const path = join(wish.folder, `${randomBytes(16).toString('hex')}.part`)
    clearAfter(req, path)
    const work = keep(stream, path, wish).then((size) => {
      files.set(name, { path, size, name: filename, mediaType: mimeType })
    })
    taken.push(work)
    work.catch((error: unknown) => {
      stream.resume()
      reject(error)
    })
  })
  parser.on('field', (name, value, { valueTruncated, nameTruncated }) => {
    if (valueTruncated || nameTruncated) unreadable(`${name} is too long`)
    else pairs.push([name, value])
  })
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
    parser.on(limit, () => unreadable('the form has too many parts'))
  const done = new Promise<void>((resolve) => parser.once('close', resolve))
  parser.once('error', () => unreadable('the form is broken'))
  req.once('close', () => req.complete || unreadable('the body did not come whole'))
  try {
    req.pipe(parser)
    await Promise.race([done.then(() => Promise.all(taken)), broken])
  } finally {
    req.unpipe(parser)
    parser.destroy()
    await Promise.allSettled(taken)
    // A sender that is still writing could not read our answer if the connection ended here.
    req.resume()
  }
  return { pairs, files }
}

function parserFor(req: Request): busboy.Busboy {
  try {
    return busboy({
      headers: req.headers,
      defParamCharset: 'utf8',
      limits: {
        files: MOST_FILES,
        fields: MOST_FIELDS,
        parts: MOST_FIELDS + MOST_FILES,
        fieldSize: LARGEST_FIELD,
        fieldNameSize: 200,
        headerPairs: 20,
      },
    })
  } catch {
    return refuse('params.unreadable', { reason: 'the form has no boundary' })
  }
}

async function keep(stream: Readable, path: string, { folder, largest }: FileWish): Promise<number> {
  let size = 0
  const counted = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      size += chunk.length
      if (size > largest) refuse('upload.too-large', { size, maxSize: largest })
      yield chunk
    }
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await pipeline(stream, counted, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  return size
}

/** Whatever becomes of a request, its files do not outlive it. */
function clearAfter(req: Request, path: string): void {
  const clear = () => void rm(path, { force: true }).catch(() => undefined)
  if (req.res) req.res.once('close', clear)
  else req.once('close', clear)
}

import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import busboy from 'busboy'
import type { Request } from 'express'
import { Refusal, refuse } from '../../../base/refusal.ts'
import { sniffRaw } from '../../../media/raw.ts'
import { sniff } from '../../../media/sniff.ts'
import { LARGEST_FILM, LARGEST_PICTURE, MEGABYTE } from '../../../media/upload.ts'

/** The parts of a form beside its file, and whether that is there. */
export interface UploadForm {
  /** what describes the file, as JSON */
  readonly object: Buffer | undefined
  readonly description: string | undefined
  /** of all that it held */
  readonly digest: string
  /** in bytes, as it came */
  readonly size: number
}

const LARGEST_SHELL = 256 * 1024
const LARGEST_FIELD = 64 * 1024
/** What a form is beside its file: borders, heads and the other parts. */
const AROUND = LARGEST_SHELL + 4 * LARGEST_FIELD
/** So many bytes say what every file is that we take. */
const ENOUGH = 64

/**
 * Reads a form as it comes, its file into a file: what is too large, or nothing that is taken, is refused as soon as that
 * is seen, whatever is said of it (S-111); and no more of it is ever held in memory than what was just read.
 * @param isRawTaken what browsers do not play is taken, too
 * @throws Refusal 'upload.form', 'upload.no-file', 'upload.too-large', 'upload.type', 'request.invalid'
 */
export async function readForm(req: Request, path: string, isRawTaken: boolean): Promise<UploadForm> {
  const length = Number(req.headers['content-length'] ?? 0)
  const parser = parserFor(req)
  requireBearable(length - AROUND, LARGEST_FILM)
  await using file = await open(path, 'wx', 0o600)
  const hash = createHash('sha256')
  const parts = new Map<string, Buffer>()
  const { promise: broken, reject } = Promise.withResolvers<never>()
  const invalid = (reason: string) => reject(new Refusal('request.invalid', { reason }))
  const taken: Promise<void>[] = []
  let hasFile = false
  const take = (name: string, stream: Readable) => {
    if (name === 'object') return gather(stream).then((bytes) => void parts.set(name, bytes))
    if (name !== 'file' || hasFile) return refuse('request.invalid', { reason: `${name} was not asked for` })
    hasFile = true
    return keep(file, hash, stream, { length, isRawTaken })
  }
  parser.on('file', (name, stream) => {
    const work = (async () => take(name, stream))()
    taken.push(work)
    work.catch((error: unknown) => {
      stream.resume()
      reject(error)
    })
  })
  parser.on('field', (name, value, { valueTruncated }) => {
    if (valueTruncated) invalid(`${name} is too long`)
    else parts.set(name, Buffer.from(value))
  })
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
    parser.on(limit, () => invalid('too many parts'))
  const done = new Promise<void>((resolve) => parser.once('close', resolve))
  parser.once('error', () => invalid('the form is broken'))
  req.once('close', () => req.complete || invalid('the body did not come whole'))
  let size = 0
  req.on('data', (chunk: Buffer) => {
    size += chunk.length
  })
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
  if (!hasFile) refuse('upload.no-file')
  const [object, description] = [parts.get('object'), parts.get('description')]
  hash.update(JSON.stringify([object?.toString(), description?.toString()]))
  return { object, description: description?.toString(), digest: hash.digest('base64url'), size }
}

function parserFor(req: Request): busboy.Busboy {
  if (!/^multipart\/form-data\s*(?:;|$)/i.test(req.headers['content-type'] ?? '')) refuse('upload.form')
  try {
    return busboy({
      headers: req.headers,
      defParamCharset: 'utf8',
      limits: {
        files: 2,
        fields: 4,
        parts: 6,
        fieldSize: LARGEST_FIELD,
        fieldNameSize: 100,
        headerPairs: 20,
      },
    })
  } catch {
    return refuse('request.invalid', { reason: 'the form has no boundary' })
  }
}

async function gather(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > LARGEST_SHELL) refuse('request.too-large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Writes a file down as long as it is one that we take, and no larger than its kind may be. */
async function keep(
  file: FileHandle,
  hash: Hash,
  stream: Readable,
  { length, isRawTaken }: { readonly length: number; readonly isRawTaken: boolean },
): Promise<void> {
  let [head, size, most] = [Buffer.alloc(0), 0, LARGEST_FILM]
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (head.length < ENOUGH) {
      head = Buffer.concat([head, chunk.subarray(0, ENOUGH)])
      if (head.length >= ENOUGH) most = largestFor(head, isRawTaken)
    }
    size += chunk.length
    if (size > most * MEGABYTE) requireBearable(Math.max(size, length - AROUND), most)
    hash.update(chunk)
    await file.writeFile(chunk)
  }
}

function largestFor(head: Uint8Array, isRawTaken: boolean): number {
  if (isRawTaken && sniffRaw(head)) return LARGEST_FILM
  const { mediaType } = sniff(head) ?? refuse('upload.type')
  return mediaType.startsWith('image/') ? LARGEST_PICTURE : LARGEST_FILM
}

function requireBearable(size: number, most: number): void {
  const maxSize = most * MEGABYTE
  if (size > maxSize) refuse('upload.too-large', { size, maxSize })
}

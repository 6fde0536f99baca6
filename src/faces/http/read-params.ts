import type { Request } from 'express'
import sjson from 'secure-json-parse'
import type { z } from 'zod'
import { refuse } from '../../base/refusal.ts'
import { type FileWish, type GivenFile, readMultipart } from './form-files.ts'
import { type Params, treeFrom } from './param-tree.ts'

/** What a request says, whichever way it said it. */
export interface Given {
  readonly values: Params
  /** those that the route takes, by their fields; they are gone when the request is answered */
  readonly files: ReadonlyMap<string, GivenFile>
  /** whether a field is there at all, be it empty or null */
  has(name: string): boolean
  /**
   * The fields by a schema; unknown ones are dropped.
   * @throws Refusal 'params.invalid'
   */
  read<Schema extends z.ZodType>(schema: Schema): z.output<Schema>
}

const LARGEST_BODY = 1024 * 1024
const MOST_PAIRS = 1000

/**
 * Reads what a request says, of any method: its query, and a body of JSON, of a form, or of several parts. Where both say
 * something of a field, the query counts.
 * @throws Refusal 'params.unreadable', 'request.too-large', 'upload.too-large'
 */
export async function readParams(req: Request, wish?: FileWish): Promise<Given> {
  const body = await bodyOf(req, wish)
  const query = queryOf(req)
  const values = body.values === undefined ? query : { ...body.values, ...query }
  requireClean(values)
  return {
    values,
    files: body.files,
    has: (name) => Object.hasOwn(values, name),
    read: (schema) => readBy(schema, values),
  }
}

/** The same for who knows that there is no body to be read: the query alone. */
export function queryParams(req: Request): Given {
  const values = queryOf(req)
  requireClean(values)
  return {
    values,
    files: NO_FILES,
    has: (name) => Object.hasOwn(values, name),
    read: (schema) => readBy(schema, values),
  }
}

const NO_FILES: ReadonlyMap<string, GivenFile> = new Map()

interface Body {
  readonly values?: Params
  readonly files: ReadonlyMap<string, GivenFile>
}

async function bodyOf(req: Request, wish: FileWish | undefined): Promise<Body> {
  const { 'content-length': length, 'transfer-encoding': encoding, 'content-type': type = '' } = req.headers
  if (encoding === undefined && (length === undefined || length === '0')) return { files: NO_FILES }
  const [kind = ''] = type.toLowerCase().split(';', 1)
  if (kind === 'multipart/form-data') {
    const { pairs, files } = await readMultipart(req, wish)
    return { values: treeFrom(pairs), files }
  }
  const text = await textOf(req)
  if (text.trim() === '') return { files: NO_FILES }
  if (kind.trim() === 'application/x-www-form-urlencoded')
    return { values: treeFrom(pairsOf(text)), files: NO_FILES }
  // Some clients forget to say what they send, and some say that it is plain text.
  if (/^\s*[{[]/.test(text)) return { values: jsonOf(text), files: NO_FILES }
  if (kind === '') return { values: treeFrom(pairsOf(text)), files: NO_FILES }
  return refuse('request.media-type')
}

function queryOf(req: Request): Params {
  const url = req.originalUrl
  const mark = url.indexOf('?')
  return mark === -1 ? {} : treeFrom(pairsOf(url.slice(mark + 1)))
}

function pairsOf(text: string): readonly (readonly [string, string])[] {
  const pairs = [...new URLSearchParams(text)]
  return pairs.length > MOST_PAIRS ? refuse('params.unreadable', { reason: 'there are too many' }) : pairs
}

function jsonOf(text: string): Params {
  let value: unknown
  try {
    value = sjson.parse(text, { protoAction: 'remove', constructorAction: 'remove' })
  } catch {
    return refuse('params.unreadable', { reason: 'the JSON is broken' })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('params.unreadable', { reason: 'the JSON is no object' })
  return value as Params
}

async function textOf(req: Request): Promise<string> {
  if (Number(req.headers['content-length'] ?? 0) > LARGEST_BODY) refuse('request.too-large')
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LARGEST_BODY) refuse('request.too-large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Nothing that the database could not hold. */
function requireClean(values: unknown, depth = 0): void {
  if (depth > 20) refuse('params.unreadable', { reason: 'it goes too deep' })
  if (typeof values === 'string') {
    if (values.includes('\0') || !values.isWellFormed())
      refuse('params.unreadable', { reason: 'a value is no text' })
  } else if (typeof values === 'object' && values !== null) {
    for (const value of Object.values(values)) requireClean(value, depth + 1)
  }
}

function readBy<Schema extends z.ZodType>(schema: Schema, values: Params): z.output<Schema> {
  const read = schema.safeParse(values)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const field = issue?.path.map(String).join('.') ?? ''
  return refuse('params.invalid', {
    reason: `${field} ${issue?.code === 'custom' ? issue.message : 'is invalid'}`.trim(),
  })
}

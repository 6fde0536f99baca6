import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'

export interface ByteRange {
  readonly start: number
  /** inclusive */
  readonly end: number
}

/** What a file holds: bytes, or what stands in a temporary file from one place to another. */
export type Content = Uint8Array | FilePart

export interface FilePart {
  readonly path: string
  readonly start: number
  /** exclusive */
  readonly end: number
}

/** Where files of ours are kept, each under a name that nobody can guess. */
export interface Storage {
  /** Keeps a file whole or not at all. */
  put(name: string, content: Content): Promise<void>
  /** its length in bytes; undefined when there is none of that name */
  size(name: string): Promise<number | undefined>
  /** reads it, or a part of it; only for what `size` has found */
  read(name: string, range?: ByteRange): Readable
  /** Forgets it; nothing happens when there is none. */
  remove(name: string): Promise<void>
}

const NAME = /^[0-9a-f]{32}\.[a-z0-9]{2,5}$/

/** 128 random bits and the ending that says what it is. */
export function newFileName(ending: string): string {
  return `${randomBytes(16).toString('hex')}.${ending}`
}

export function isFileName(text: string): boolean {
  return NAME.test(text)
}

export function readPart({ path, start, end }: FilePart): Readable {
  return createReadStream(path, { start, end: end - 1 })
}

/** Files in a folder of this machine, spread over 256 folders; made when the first file comes. */
export function diskStorage(folder: string): Storage {
  const pathOf = (name: string) => {
    if (!isFileName(name)) throw new Error('not a name of ours')
    return join(folder, name.slice(0, 2), name)
  }
  return {
    async put(name, content) {
      const path = pathOf(name)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const draft = `${path}.part`
      const file = await open(draft, 'w', 0o600)
      try {
        if (content instanceof Uint8Array) await file.writeFile(content)
        else for await (const chunk of readPart(content)) await file.writeFile(chunk)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, path)
    },
    async size(name) {
      if (!isFileName(name)) return undefined
      const found = await stat(pathOf(name)).catch(undefinedIfMissing)
      return found?.size
    },
    read: (name, range) => createReadStream(pathOf(name), range && { start: range.start, end: range.end }),
    async remove(name) {
      if (isFileName(name)) await rm(pathOf(name), { force: true })
    },
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if ((error as { code?: unknown } | null)?.code === 'ENOENT') return undefined
  throw error
}

import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Gives a place for a file that nobody else knows, and clears it away when the work is done, well or not. */
export async function withTemporaryFile<T>(folder: string, work: (path: string) => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${randomBytes(16).toString('hex')}.part`)
  try {
    return await work(path)
  } finally {
    await rm(path, { force: true })
  }
}

/** The same with these bytes in it. */
export function withBytesInFile<T>(bytes: Uint8Array, work: (path: string) => Promise<T>): Promise<T> {
  return withTemporaryFile(join(tmpdir(), `weft-${process.pid}`), async (path) => {
    await writeFile(path, bytes, { mode: 0o600 })
    return work(path)
  })
}

const LEFT_OVER_MS = 3_600_000

/** Clears away what a crash left over. */
export async function clearTemporary(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((each) => each.endsWith('.part'))) {
    const path = join(folder, name)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (Date.now() - mtimeMs > LEFT_OVER_MS) await rm(path, { force: true })
  }
}

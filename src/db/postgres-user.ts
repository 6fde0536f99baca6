import { execFile } from 'node:child_process'
import { chmod, chown, lstat, mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { StartError } from '../base/start-error.ts'

const exec = promisify(execFile)

/** All of the environment that the programs see: neither our secret nor somebody's PG… variables or missing locale. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' }

/** As whom PostgreSQL's programs are run: it refuses root, and initdb refuses a user without a name. */
export interface PostgresUser {
  run(program: string, args: readonly string[]): Promise<string>
  /** Makes a folder, if there is none, that this user can work in, and gives it what lies in it. */
  own(folder: string): Promise<void>
}

/**
 * An ordinary user runs it plainly. Root runs it in a user namespace that shows the same files under an ordinary
 * number, so they stay root's and nothing is chowned; where namespaces are forbidden, as in some containers, it runs as
 * an unprivileged user, in a folder given to that user.
 * @param namespaces false: go on as where they are forbidden
 * @throws StartError when none of these is possible
 */
export async function choosePostgresUser(namespaces: boolean): Promise<PostgresUser> {
  const uid = process.getuid?.()
  const users = await systemUsers()
  if (uid === undefined || (uid !== 0 && users.some((user) => user.uid === uid))) return plainUser(uid)
  const ordinary =
    users.find((user) => user.name === 'postgres') ?? users.find((user) => user.name === 'nobody')
  if (ordinary !== undefined) {
    const unshare = ['--user', `--map-user=${ordinary.uid}`, `--map-group=${ordinary.gid}`]
    if (namespaces && (await works('unshare', [...unshare, 'true']))) {
      return {
        run: (program, args) => run('unshare', [...unshare, program, ...args]),
        own: (folder) => giveFolder(folder, uid, process.getgid?.() ?? 0),
      }
    }
    if (uid === 0) return droppedUser(ordinary)
  }
  throw new StartError(
    uid === 0
      ? 'PostgreSQL does not run as root, and this system has no user for it: start Weft as an ordinary user, or set DATABASE_URL.'
      : `The embedded PostgreSQL needs a user with a name, and number ${uid} has none: start Weft as another user, or set DATABASE_URL.`,
  )
}

function plainUser(uid: number | undefined): PostgresUser {
  return {
    run,
    own: async (folder) => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const owner = (await lstat(folder)).uid
      if (uid === undefined || owner === uid) return
      throw new StartError(
        `The folder ${folder} belongs to another user (number ${owner}): start Weft as that user, or set WEFT_DATA_DIR to another folder.`,
      )
    },
  }
}

function droppedUser(user: SystemUser): PostgresUser {
  return {
    run: (program, args) => run(program, args, { uid: user.uid, gid: user.gid, cwd: '/' }),
    own: async (folder) => {
      await giveFolder(folder, user.uid, user.gid)
      // Enough to pass through; what else lies there keeps its own guard.
      const above = dirname(folder)
      await chmod(above, (await lstat(above)).mode | 0o001)
      if (await works('ls', [folder], { uid: user.uid, gid: user.gid, cwd: '/' })) return
      throw new StartError(
        `PostgreSQL does not run as root, and user ${user.name} cannot enter ${folder}: set WEFT_DATA_DIR to a folder under one that everybody may enter, start Weft as an ordinary user, or set DATABASE_URL.`,
      )
    },
  }
}

interface SystemUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

async function systemUsers(): Promise<SystemUser[]> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n')
  const users = lines.map((line) => line.split(':'))
  const known = users.map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
  return known.filter((user) => user.name !== '' && user.uid > 0)
}

async function giveFolder(folder: string, uid: number, gid: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await lstat(folder)).uid === uid) return
  await giveAll(folder, uid, gid)
  await chmod(folder, 0o700)
}

async function giveAll(folder: string, uid: number, gid: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await giveAll(path, uid, gid)
    else if (!entry.isSymbolicLink()) await chown(path, uid, gid)
  }
  await chown(folder, uid, gid)
}

type RunOptions = { uid?: number; gid?: number; cwd?: string }

/** @returns what it printed; throws an Error whose message ends with what it complained about */
async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { stdout } = await exec(program, [...args], { ...options, env: ENVIRONMENT, timeout: 300_000 })
  return stdout
}

async function works(program: string, args: readonly string[], options: RunOptions = {}): Promise<boolean> {
  return run(program, args, options).then(
    () => true,
    () => false,
  )
}

import { stat, statfs } from 'node:fs/promises'
import type { Config } from '../config.ts'
import type { Db } from '../db/connect.ts'
import { readDepth } from '../jobs/depth.ts'
import type { FilmTools } from '../media/ffmpeg.ts'

export interface Finding {
  readonly ok: boolean
  /** the server cannot do its work like this */
  readonly grave: boolean
  readonly sentence: string
}

export interface Examined {
  readonly db: Db
  readonly pending: readonly string[]
  readonly hasOwner: boolean
  readonly films: () => Promise<FilmTools | undefined>
}

const GIGABYTE = 1024 ** 3

/** Everything that an operator would want to know before their users notice. */
export async function examine(
  config: Config,
  { db, pending, hasOwner, films }: Examined,
): Promise<Finding[]> {
  return [
    finding(
      pending.length === 0,
      true,
      'The database is up to date.',
      `The database lacks ${pending.join(', ')}: run weft migrate.`,
    ),
    finding(
      hasOwner,
      false,
      'The server has an owner.',
      'Nobody owns this server yet: open the link that npm start prints.',
    ),
    addressOf(config),
    finding(
      config.rateLimits,
      false,
      'Rate limits are on.',
      'WEFT_RATE_LIMITS is off: anyone may flood this server.',
    ),
    doorOf(config),
    filmsOf(config, await films()),
    finding(
      config.databaseUrl !== undefined || config.role === 'all',
      true,
      config.databaseUrl === undefined
        ? 'It runs on the embedded PostgreSQL.'
        : 'It runs on the PostgreSQL of DATABASE_URL.',
      'Web and worker processes of their own need a database that all can reach: set DATABASE_URL.',
    ),
    await secretOf(config),
    await roomOf(config),
    ...(await queuesOf(db)),
  ]
}

function addressOf({ origin }: Config): Finding {
  return finding(
    origin.startsWith('https:'),
    false,
    `Its address is ${origin}.`,
    `Its address is ${origin}: other servers need https and a name of its own (WEFT_ORIGIN), and it cannot be changed later.`,
  )
}

function doorOf({ registration, mail }: Config): Finding {
  return finding(
    registration !== 'open' || mail !== undefined,
    false,
    `Accounts: ${registration}; ${mail === undefined ? 'no e-mail is sent' : `e-mail goes out through ${mail.host}`}.`,
    'Anybody may make accounts, and no e-mail address is asked to be confirmed: set WEFT_SMTP_URL, or WEFT_REGISTRATION to approval or invite.',
  )
}

function filmsOf({ ffmpeg }: Config, tools: FilmTools | undefined): Finding {
  return finding(
    tools?.encodes === true || !ffmpeg,
    false,
    ffmpeg ? 'Films are made into what plays everywhere.' : 'Films are kept as they are.',
    'Films are kept as they are, or refused: install ffmpeg and ffprobe, with H.264 (libx264).',
  )
}

async function secretOf(config: Config): Promise<Finding> {
  const file = await stat(`${config.dataDir}/secret`).catch(() => undefined)
  const open = file !== undefined && (file.mode & 0o077) !== 0
  return finding(
    !open,
    true,
    'The secret can be read by its owner alone.',
    'Others can read the file "secret" in the data folder: chmod 600 it.',
  )
}

async function roomOf(config: Config): Promise<Finding> {
  const disk = await statfs(config.dataDir).catch(() => undefined)
  const free = disk ? (disk.bavail * disk.bsize) / GIGABYTE : Number.POSITIVE_INFINITY
  const room = disk ? `${free.toFixed(1)} GB` : 'unknown'
  return finding(
    free > 2,
    free < 0.5,
    `The data folder has ${room} left.`,
    `The data folder has only ${room} left.`,
  )
}

async function queuesOf(db: Db): Promise<Finding[]> {
  const { jobs, items, deliveries, deadJobs, deadDeliveries, hosts } = await readDepth(db)
  const late = Math.max(jobs.oldestSeconds, items.oldestSeconds, deliveries.oldestSeconds)
  const dead = deadJobs + deadDeliveries
  const silent = hosts.failing + hosts.dead
  return [
    finding(
      late < 300,
      false,
      `Waiting: ${jobs.count} jobs, ${items.count} activities from elsewhere, ${deliveries.count} deliveries.`,
      `Work has been waiting for ${Math.round(late / 60)} minutes: is a worker running?`,
    ),
    finding(
      dead === 0,
      false,
      'Nothing was given up.',
      `${dead} deliveries or jobs were given up: weft deliveries failed lists them.`,
    ),
    finding(
      silent === 0,
      false,
      'All other servers answer.',
      `${silent} other servers do not answer at the moment.`,
    ),
  ]
}

function finding(ok: boolean, grave: boolean, good: string, bad: string): Finding {
  return { ok, grave, sentence: ok ? good : bad }
}

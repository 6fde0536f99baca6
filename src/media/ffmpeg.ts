import { spawn } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { Transient } from '../base/transient.ts'

/** The programs that read and write films and sounds here. */
export interface FilmTools {
  readonly ffmpeg: string
  readonly ffprobe: string
  /** they can write what plays everywhere: H.264 and AAC; else they only take apart, put together and show stills */
  readonly encodes: boolean
  /** what a program of these is started by, which bounds what it may use and ends it with us; empty where there is none */
  readonly bounds: readonly string[]
}

/** What one run may use. */
export interface RunLimits {
  readonly seconds: number
  /** in bytes, of what it says */
  readonly output?: number
}

export interface RunResult {
  /** null when it was ended */
  readonly code: number | null
  readonly output: Buffer
  /** it was ended since it took too long */
  readonly late: boolean
}

/** Address space of one run: a 4K film is read and written anew in half of it. */
const MOST_BYTES = 2 * 1024 ** 3
/** More than any file that is kept. */
const MOST_WRITTEN = 128 * 1_048_576
/** Seconds of one core, whatever its clock says. */
const MOST_CPU_SECONDS = 1800
/** What of Linux bounds a program, and ends it when the process that started it ends, however that may be. */
const BOUNDS = [
  ['setpriv', '--pdeathsig', 'KILL', '--no-new-privs'],
  ['prlimit', `--as=${MOST_BYTES}`, `--fsize=${MOST_WRITTEN}`, `--cpu=${MOST_CPU_SECONDS}`, '--core=0', '--'],
].flat()
/** Nothing of our own environment is its business. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin', LC_ALL: 'C' }
const LARGEST_OUTPUT = 1_048_576

/** Looks for the programs once, when somebody first asks. */
export function filmTools(isWanted: boolean): () => Promise<FilmTools | undefined> {
  let found: Promise<FilmTools | undefined> | undefined
  return () => {
    found ??= isWanted ? findTools() : Promise.resolve(undefined)
    return found
  }
}

const ASK_SECONDS = 20

const NOTHING: RunResult = { code: null, output: Buffer.alloc(0), late: false }

async function findTools(): Promise<FilmTools | undefined> {
  const plain = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', encodes: false, bounds: [] }
  const ask = (tools: FilmTools, program: 'ffmpeg' | 'ffprobe', word: string) =>
    run(tools, program, ['-v', 'error', word], { seconds: ASK_SECONDS }).catch(() => NOTHING)
  const [encoders, probe, bounded] = await Promise.all([
    ask(plain, 'ffmpeg', '-encoders'),
    ask(plain, 'ffprobe', '-version'),
    ask({ ...plain, bounds: BOUNDS }, 'ffprobe', '-version'),
  ])
  if (encoders.code !== 0 || probe.code !== 0) return undefined
  const said = encoders.output.toString('latin1')
  const encodes = [' libx264 ', ' aac '].every((name) => said.includes(name))
  return { ...plain, encodes, bounds: bounded.code === 0 ? BOUNDS : [] }
}

/**
 * Runs one of the programs: by a list of words and no shell, behind everything else that this machine does, within its
 * bounds, and no longer than we live.
 * @throws Transient when it cannot be started, or this machine had no room for it: that says nothing of what it read
 */
export async function run(
  tools: FilmTools,
  program: 'ffmpeg' | 'ffprobe',
  words: readonly string[],
  { seconds, output: most = LARGEST_OUTPUT }: RunLimits,
): Promise<RunResult> {
  const [first = '', ...rest] = [...tools.bounds, tools[program], ...words]
  const child = spawn(first, rest, { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'ignore'] })
  behindOthers(child.pid)
  let ended = false
  const end = () => {
    ended = true
    child.kill('SIGKILL')
    // Whatever else might hold it open: nothing more of it is waited for.
    child.stdout.destroy()
  }
  let late = false
  const timer = setTimeout(() => {
    late = true
    end()
  }, seconds * 1000)
  process.once('exit', end)
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child
    .once('error', ({ message }) => reject(new Transient(`${program} could not be started: ${message}`)))
    .once('close', (code, signal) => {
      if (signal === 'SIGKILL' && !ended) reject(new Transient(`${program} was killed by somebody else`))
      else resolve(code)
    })
  const chunks: Buffer[] = []
  let length = 0
  child.stdout.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > most) end()
    else chunks.push(chunk)
  })
  try {
    return { code: await promise, output: Buffer.concat(chunks), late }
  } finally {
    clearTimeout(timer)
    process.off('exit', end)
  }
}

/** It may be over before it has begun. */
function behindOthers(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW)
  } catch {
    // Then it is as all others are.
  }
}

/** What of a file may be read, and by what: that file alone, as that one kind, by decoders that films really need. */
export function input(demuxer: string, path: string): string[] {
  return ['-protocol_whitelist', 'file', '-codec_whitelist', DECODERS, '-f', demuxer, '-i', `file:${path}`]
}

const DECODERS = [
  ...['h264', 'hevc', 'mpeg4', 'h263', 'vp8', 'vp9', 'libdav1d', 'av1', 'theora', 'prores', 'mjpeg', 'gif'],
  ...['aac', 'mp3float', 'mp3', 'vorbis', 'opus', 'flac', 'alac', 'ac3', 'eac3', 'amrnb', 'amrwb'],
  ...[
    'u8',
    's16le',
    's16be',
    's24le',
    's24be',
    's32le',
    's32be',
    'f32le',
    'f32be',
    'f64le',
    'mulaw',
    'alaw',
  ].map((form) => `pcm_${form}`),
].join(',')

/** Said before everything else: quietly, asking nobody, and no more than so much memory at once. */
export const COMMON = ['-v', 'error', '-nostdin', '-max_alloc', String(256 * 1_048_576)]

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type FilmTools, filmTools } from '../../src/media/ffmpeg.ts'

/** Films and sounds as cameras and other programs make them, where ffmpeg is installed. */

const run = promisify(execFile)

const found = await filmTools(true)()
/** why tests that need ffmpeg are skipped; undefined where they are not */
export const missing = found?.encodes
  ? undefined
  : 'ffmpeg and ffprobe with H.264 are not installed: apt-get install ffmpeg'
if (missing !== undefined) console.warn(`Skipped, since ${missing}`)
export const TOOLS: FilmTools = found ?? { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', encodes: false, bounds: [] }

/** said in whatever is made here about its maker */
export const SECRET = 'recorded in my garden'

export interface Filmed {
  /** a source of lavfi; none for a sound */
  readonly shows?: string
  readonly sounds?: string
  /** another file instead */
  readonly of?: string
  /** codecs and what else there is to say of the streams */
  readonly words?: readonly string[]
}

const TOLD = ['title', 'comment', 'location', 'com.apple.quicktime.location.ISO6709'].flatMap((name) => [
  ...['-metadata', `${name}=${SECRET}`],
])

/** @param path where it is made; its ending says which form it has */
export async function filmed(path: string, { shows, sounds, of, words = [] }: Filmed): Promise<string> {
  const drawn = [shows, sounds].flatMap((each) => (each === undefined ? [] : ['-f', 'lavfi', '-i', each]))
  const sources = of === undefined ? drawn : ['-i', of]
  const streams = ['-metadata:s', `title=${SECRET}`, '-metadata:s', `handler_name=${SECRET}`]
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...sources, ...words, ...TOLD, ...streams, path])
  return path
}

export const SCENE = 'testsrc=duration=2:size=320x240:rate=10'
export const TONE = 'sine=duration=2'

export interface Streams {
  readonly streams: readonly Readonly<Record<string, unknown>>[]
  readonly format: Readonly<Record<string, unknown>>
}

/** What ffprobe finds in a file. */
export async function streamsOf(path: string): Promise<Streams> {
  const { stdout } = await run('ffprobe', [
    ...['-v', 'error', '-of', 'json', '-show_streams', '-show_format', path],
  ])
  return JSON.parse(stdout) as Streams
}

/** Whether every frame of it can be decoded. */
export async function isDecoded(path: string): Promise<boolean> {
  return run('ffmpeg', ['-v', 'error', '-xerror', '-nostdin', '-i', path, '-f', 'null', '-']).then(
    ({ stderr }) => stderr === '',
    () => false,
  )
}

import { spawn } from 'node:child_process'
import type { CleanPicture } from './picture.ts'
import { cleanPicture } from './pictures.ts'
import { createTurns } from './turns.ts'

const SECONDS = 10
const LARGEST = 16 * 1_048_576
const MOST_AT_ONCE = 256 * 1_048_576
const DEMUXERS: Readonly<Record<string, string>> = { 'video/mp4': 'mov', 'video/webm': 'matroska' }
const JPEG = { mediaType: 'image/jpeg', ending: 'jpg' }
/** Nothing of our own environment is its business. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin', LC_ALL: 'C' }

const inTurn = createTurns(1, 50)

/**
 * A still picture of a film, as its preview and blurhash, where ffmpeg is installed; nothing otherwise, or when the film
 * cannot be decoded. What decodes it is a process of its own that reads that one file, as that one kind, and no network,
 * takes so much memory at once and has ten seconds (S-116).
 * @param program what to run: a test may have its own
 */
export async function posterOf(
  path: string,
  mediaType: string,
  program = 'ffmpeg',
): Promise<Pick<CleanPicture, 'blurhash' | 'preview'> | undefined> {
  const demuxer = DEMUXERS[mediaType]
  if (demuxer === undefined) return undefined
  const still = await inTurn(() => firstPicture(program, demuxer, path)).catch(() => undefined)
  const picture = still && (await cleanPicture(still, JPEG).catch(() => undefined))
  if (!picture) return undefined
  const { bytes, blurhash, preview } = picture
  return { blurhash, preview: preview ?? { bytes, ...JPEG } }
}

async function firstPicture(program: string, demuxer: string, path: string): Promise<Uint8Array | undefined> {
  const how = ['-v', 'error', '-nostdin', '-max_alloc', String(MOST_AT_ONCE), '-threads', '1']
  const from = ['-protocol_whitelist', 'file', '-f', demuxer, '-i', `file:${path}`, '-an', '-sn', '-dn']
  const to = ['-frames:v', '1', '-f', 'image2pipe', '-c:v', 'mjpeg', 'pipe:1']
  const child = spawn(program, [...how, ...from, ...to], {
    env: ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: SECONDS * 1000,
    killSignal: 'SIGKILL',
  })
  const { promise, resolve } = Promise.withResolvers<number | null>()
  child.once('error', () => resolve(null)).once('close', resolve)
  const chunks: Buffer[] = []
  let length = 0
  child.stdout.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > LARGEST) child.kill('SIGKILL')
    else chunks.push(chunk)
  })
  return (await promise) === 0 && length > 0 ? Buffer.concat(chunks) : undefined
}

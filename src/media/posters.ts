import { COMMON, type FilmTools, input, run } from './ffmpeg.ts'
import type { CleanPicture } from './picture.ts'
import { cleanPicture } from './pictures.ts'

const SECONDS = 10
const LARGEST = 16 * 1_048_576
const DEMUXERS: Readonly<Record<string, string>> = { 'video/mp4': 'mov', 'video/webm': 'matroska' }
const JPEG = { mediaType: 'image/jpeg', ending: 'jpg' }

/**
 * A still picture of a film, as its preview and blurhash; nothing when the film cannot be decoded. What decodes it is a
 * process of its own that reads that one file, as that one kind, and no network, takes so much memory at once and has ten
 * seconds (S-116).
 */
export async function posterOf(
  path: string,
  mediaType: string,
  tools: FilmTools,
): Promise<Pick<CleanPicture, 'blurhash' | 'preview'> | undefined> {
  const demuxer = DEMUXERS[mediaType]
  if (demuxer === undefined) return undefined
  const still = await firstPicture(tools, demuxer, path).catch(() => undefined)
  const picture = still && (await cleanPicture(still, JPEG).catch(() => undefined))
  if (!picture) return undefined
  const { bytes, blurhash, preview } = picture
  return { blurhash, preview: preview ?? { bytes, ...JPEG } }
}

async function firstPicture(
  tools: FilmTools,
  demuxer: string,
  path: string,
): Promise<Uint8Array | undefined> {
  const from = [...COMMON, '-threads', '1', ...input(demuxer, path), '-an', '-sn', '-dn']
  const to = ['-frames:v', '1', '-f', 'image2pipe', '-c:v', 'mjpeg', 'pipe:1']
  const { code, output } = await run(tools, 'ffmpeg', [...from, ...to], { seconds: SECONDS, output: LARGEST })
  return code === 0 && output.length > 0 ? output : undefined
}

import { stat } from 'node:fs/promises'
import type { FileFailure } from '../domain/media/attachment.ts'
import { COMMON, type FilmTools, input, type RunResult, run } from './ffmpeg.ts'
import { type Plan, type Probed, planFor, probedFields, probedFrom } from './plan.ts'
import type { Raw } from './raw.ts'

/** Seconds that one file may take to be written anew, and to be put together otherwise. */
const ENCODE_SECONDS = 900
const COPY_SECONDS = 120
const PROBE_SECONDS = 20
/** As much is looked at to see what is in a file, in bytes and microseconds. */
const GLANCE = ['-probesize', '20000000', '-analyzeduration', '20000000']

export interface TranscodeOptions {
  readonly tools: FilmTools
  /** what was handed in */
  readonly from: string
  /** where what plays everywhere is to stand */
  readonly to: string
  readonly raw: Raw
  /** in bytes */
  readonly largest: number
  readonly seconds?: number
}

/**
 * Makes a film or sound into what plays everywhere: an MP4 of H.264 and AAC, an M4A or MP3. What plays everywhere already
 * is only put together anew, so that it begins at once and says nothing of who made it; what does not is written anew.
 * @returns what stands in `to` now, or why nothing does
 */
export async function transcode(options: TranscodeOptions): Promise<Plan | FileFailure> {
  const { tools, from, to, raw, largest } = options
  const probed = await look(tools, from, raw)
  if (!probed) return 'unreadable'
  const plan = planFor(probed, raw.kind === 'gifv', largest)
  if (typeof plan === 'string') return plan
  if (plan.encodes && !tools.encodes) return 'unplayable'
  const words = [
    ...[...COMMON, '-threads', '2', ...GLANCE, ...input(raw.demuxer, from)],
    ...['-map_metadata', '-1', '-map_metadata:s', '-1', '-map_chapters', '-1', '-sn', '-dn'],
    ...['-fflags', '+bitexact', '-flags:v', '+bitexact', '-flags:a', '+bitexact'],
    ...[...plan.words, '-y', `file:${to}`],
  ]
  const seconds = options.seconds ?? (plan.encodes ? ENCODE_SECONDS : COPY_SECONDS)
  const result = await run(tools, 'ffmpeg', words, { seconds })
  const { size } = await stat(to).catch(() => ({ size: 0 }))
  return failureOf(result, size, largest) ?? plan
}

async function look(tools: FilmTools, path: string, { demuxer }: Raw): Promise<Probed | undefined> {
  const how = ['-v', 'error', ...GLANCE, '-of', 'json', '-show_entries', probedFields]
  const { code, output } = await run(tools, 'ffprobe', [...how, ...input(demuxer, path)], {
    seconds: PROBE_SECONDS,
  })
  return code === 0 ? probedFrom(output.toString()) : undefined
}

/** Signals of the bounds: too much was written, or too much time was spent. */
function failureOf({ code, late }: RunResult, size: number, largest: number): FileFailure | undefined {
  if (late) return 'too-long'
  if (size > largest) return 'too-large'
  return code === 0 && size > 0 ? undefined : 'unreadable'
}

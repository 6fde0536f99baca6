import { z } from 'zod'
import type { FileFailure } from '../domain/media/attachment.ts'

/** Pixels of a film, and frames of it a second, at most. */
export const MOST_PIXELS = 3840 * 2160
export const MOST_FRAMES = 120
/** What is written anew is no larger than this, whatever it was. */
const WRITTEN_PIXELS = 1920 * 1080
const WRITTEN_FRAMES = 60
/** In seconds, of what is written anew: that takes its time. */
const LONGEST_FILM = 1800
const LONGEST_SOUND = 6 * 3600

const number = z.coerce.number().positive().nullable().catch(null)
const text = z.string().catch('')
const stream = z.object({
  codec_type: text,
  codec_name: text,
  profile: text,
  pix_fmt: text,
  width: number,
  height: number,
  avg_frame_rate: text,
  disposition: z.object({ attached_pic: z.number().catch(0) }).catch({ attached_pic: 0 }),
})
type Stream = z.output<typeof stream>

/** What ffprobe says of a file, as far as it counts. */
const said = z.object({
  streams: z.array(stream),
  format: z.object({ duration: number }).catch({ duration: null }),
})
export type Probed = z.output<typeof said>

export const probedFields =
  'stream=codec_type,codec_name,profile,pix_fmt,width,height,avg_frame_rate:stream_disposition=attached_pic:format=duration'

/** @returns undefined when it is nothing that ffprobe would say */
export function probedFrom(output: string): Probed | undefined {
  try {
    return said.safeParse(JSON.parse(output)).data
  } catch {
    return undefined
  }
}

/** What is to be done so that a file plays everywhere. */
export interface Plan {
  readonly kind: 'video' | 'audio' | 'gifv'
  readonly mediaType: string
  readonly ending: string
  /** what ffmpeg is told of the streams that it writes */
  readonly words: readonly string[]
  /** a stream of it is written anew */
  readonly encodes: boolean
}

/** @param largest in bytes, of what is made */
export function planFor(probed: Probed, isAnimated: boolean, largest: number): Plan | FileFailure {
  const film = probed.streams.find((each) => each.codec_type === 'video' && !each.disposition.attached_pic)
  const sound = probed.streams.find((each) => each.codec_type === 'audio')
  const { duration } = probed.format
  if (film) return planForFilm(film, isAnimated ? undefined : sound, { isAnimated, duration, largest })
  return sound && !isAnimated ? planForSound(sound, duration) : 'unreadable'
}

interface About {
  readonly isAnimated: boolean
  readonly duration: number | null
  readonly largest: number
}

function planForFilm(film: Stream, sound: Stream | undefined, about: About): Plan | FileFailure {
  const { width, height } = film
  if (width === null || height === null) return 'unreadable'
  if (width * height > MOST_PIXELS || framesOf(film) > MOST_FRAMES) return 'too-large'
  const shown = playsEverywhere(film)
  const heard = sound === undefined || playsEverywhere(sound)
  if (!shown && (about.duration ?? 0) > LONGEST_FILM) return 'too-long'
  return {
    kind: about.isAnimated ? 'gifv' : 'video',
    mediaType: 'video/mp4',
    ending: 'mp4',
    encodes: !shown || !heard,
    words: [
      ...['-map', '0:V:0', ...(shown ? ['-c:v', 'copy'] : filmWords(about))],
      ...(sound ? ['-map', '0:a:0', ...(heard ? ['-c:a', 'copy'] : SOUND)] : ['-an']),
      ...['-movflags', '+faststart', '-f', 'mp4'],
    ],
  }
}

function planForSound(sound: Stream, duration: number | null): Plan | FileFailure {
  if (sound.codec_name === 'mp3')
    return {
      ...{ kind: 'audio', mediaType: 'audio/mpeg', ending: 'mp3', encodes: false },
      words: ['-map', '0:a:0', '-c:a', 'copy', '-id3v2_version', '0', '-f', 'mp3'],
    }
  const heard = playsEverywhere(sound)
  if (!heard && (duration ?? 0) > LONGEST_SOUND) return 'too-long'
  return {
    ...{ kind: 'audio', mediaType: 'audio/mp4', ending: 'm4a', encodes: !heard },
    words: ['-map', '0:a:0', ...(heard ? ['-c:a', 'copy'] : SOUND), '-movflags', '+faststart', '-f', 'ipod'],
  }
}

const H264_PROFILES = new Set(['Constrained Baseline', 'Baseline', 'Main', 'High'])
const AAC_PROFILES = new Set(['LC', 'HE-AAC', 'HE-AACv2'])
const PIXEL_FORMATS = new Set(['yuv420p', 'yuvj420p'])

/** In every browser, once it stands in an MP4. */
function playsEverywhere({ codec_name, profile, pix_fmt }: Stream): boolean {
  if (codec_name === 'h264') return H264_PROFILES.has(profile) && PIXEL_FORMATS.has(pix_fmt)
  return codec_name === 'mp3' || (codec_name === 'aac' && AAC_PROFILES.has(profile))
}

function framesOf({ avg_frame_rate }: Stream): number {
  const [frames, seconds = 1] = avg_frame_rate.split('/').map(Number)
  const rate = (frames ?? 0) / seconds
  return Number.isFinite(rate) ? rate : 0
}

const SOUND = ['-c:a', 'aac', '-b:a', '160k', '-ac', '2']
const SOUND_BITS = 160_000
const [FEWEST_BITS, MOST_BITS, USUAL_BITS] = [100_000, 6_000_000, 2_000_000]

/** Square pixels, even sides, as H.264 wants them, and no more of them than that, in colours that every player knows. */
const SCALE = (() => {
  const scale = `min(1,sqrt(${WRITTEN_PIXELS}/(iw*sar*ih)))`
  const side = (name: string) => `'max(2,trunc(${name}*${scale}/2)*2)'`
  return `scale=w=${side('iw*sar')}:h=${side('ih')},setsar=1,format=yuv420p`
})()

function filmWords({ duration, largest }: About): string[] {
  const most = bitsFor(duration, largest)
  return [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-crf', '23'],
    ...['-maxrate', String(most), '-bufsize', String(2 * most)],
    ...['-vf', SCALE, '-fpsmax', String(WRITTEN_FRAMES), '-threads', '2', '-filter_threads', '1'],
  ]
}

/** So many bits a second at most that all of it is no larger than it may be. */
function bitsFor(duration: number | null, largest: number): number {
  if (duration === null) return USUAL_BITS
  const fitting = Math.floor((0.9 * largest * 8) / duration) - SOUND_BITS
  return Math.max(FEWEST_BITS, Math.min(MOST_BITS, fitting))
}

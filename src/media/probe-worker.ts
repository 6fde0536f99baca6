import { parentPort, workerData } from 'node:worker_threads'
import { FilePathSource, Input, MP3, MP4, OGG, WEBM } from 'mediabunny'

/** Runs in a thread of its own: `probe.ts` starts it with the path of a file and hears what that file says of itself. */
/** So many of a film tell how fast they follow one another. */
const PACKETS = 250
const input = new Input({
  source: new FilePathSource(String(workerData), { maxCacheSize: 4 * 1_048_576 }),
  formats: [MP4, WEBM, MP3, OGG],
})
try {
  const film = await input.getPrimaryVideoTrack()
  const sound = film ?? (await input.getPrimaryAudioTrack())
  parentPort?.postMessage(
    sound && {
      duration: (await input.getDurationFromMetadata()) ?? (await input.computeDuration()),
      width: film ? await film.getDisplayWidth() : null,
      height: film ? await film.getDisplayHeight() : null,
      frameRate: film ? (await film.computePacketStats(PACKETS)).averagePacketRate : null,
    },
  )
} catch {
  parentPort?.postMessage(null)
}

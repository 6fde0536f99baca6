import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  type OutputFormat,
  WebMOutputFormat,
} from 'mediabunny'

/** A film or sound as a player reads it, of one packet a second that shows nothing, with something about its maker. */
export async function made(
  kind: 'webm' | 'ogg' | 'mp4',
  options: { readonly seconds: number; readonly secret?: string },
): Promise<Uint8Array> {
  const format: OutputFormat = {
    webm: new WebMOutputFormat(),
    ogg: new OggOutputFormat(),
    mp4: new Mp4OutputFormat(),
  }[kind]
  const target = new BufferTarget()
  const output = new Output({ format, target })
  const add = kind === 'ogg' ? soundIn(output) : filmIn(output, kind === 'mp4' ? 'vp9' : 'vp8')
  if (options.secret !== undefined) output.setMetadataTags({ title: options.secret, artist: options.secret })
  await output.start()
  for (let second = 0; second < options.seconds; second += 1) await add(second)
  await output.finalize()
  return new Uint8Array(target.buffer ?? new ArrayBuffer(0))
}

function filmIn(output: Output, codec: 'vp8' | 'vp9') {
  const source = new EncodedVideoPacketSource(codec)
  output.addVideoTrack(source)
  const decoderConfig = { codec: codec === 'vp9' ? 'vp09.00.10.08' : 'vp8', codedWidth: 64, codedHeight: 48 }
  return (second: number) =>
    source.add(new EncodedPacket(new Uint8Array(50), 'key', second, 1), { decoderConfig })
}

function soundIn(output: Output) {
  const source = new EncodedAudioPacketSource('opus')
  output.addAudioTrack(source)
  // RFC 7845, 5.1.
  const description = Buffer.concat([
    Buffer.from('OpusHead\x01\x01'),
    Buffer.from([0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0]),
  ])
  const decoderConfig = { codec: 'opus', sampleRate: 48_000, numberOfChannels: 1, description }
  // One frame of 20 ms of silence.
  return (second: number) =>
    source.add(new EncodedPacket(new Uint8Array([0x0b, 0xff, 0xfe]), 'key', second, 1), { decoderConfig })
}

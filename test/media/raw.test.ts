import { describe, expect, test } from 'vitest'
import { sniffAnimated, sniffRaw } from '../../src/media/raw.ts'

const latin = (text: string) => Buffer.from(text.padEnd(64, '\0'), 'latin1')
const box = (name: string, brand = '') => latin(`\0\0\0\x18${name}${brand}`)

describe('a film or sound is known by its first bytes', () => {
  test.each([
    [box('ftyp', 'isom'), 'mov', 'video'],
    [box('ftyp', 'qt  '), 'mov', 'video'],
    [box('ftyp', '3gp5'), 'mov', 'video'],
    [box('ftyp', 'M4A '), 'mov', 'audio'],
    [box('moov'), 'mov', 'video'],
    [latin('\x1aE\xdf\xa3'), 'matroska', 'video'],
    [latin(`OggS${'\0'.repeat(24)}\x80theora`), 'ogg', 'video'],
    [latin(`OggS${'\0'.repeat(24)}OpusHead`), 'ogg', 'audio'],
    [latin('RIFF\0\0\0\0WAVEfmt '), 'wav', 'audio'],
    [latin('fLaC'), 'flac', 'audio'],
    [latin('\xff\xf1\x50\x80'), 'aac', 'audio'],
    [latin('ID3\x04'), 'mp3', 'audio'],
    [latin('\xff\xfb\x90\x00'), 'mp3', 'audio'],
  ] as const)('%#: %o is %s', (bytes, demuxer, kind) => {
    expect(sniffRaw(bytes)).toMatchObject({ demuxer, kind })
  })

  test.each([
    ...['heic', 'mif1', 'avif', 'avis', 'hevc', 'msf1'].map((brand) => box('ftyp', brand)),
    ...[
      'The free lunch',
      'Get wide open',
      '#EXTM3U',
      'ffconcat version 1.0',
      '<svg/>',
      'RIFF\0\0\0\0WEBP',
    ].map(latin),
    ...['GIF89a', '\x89PNG\r\n\x1a\n', '\xff\xd8\xff', 'RIFF\0\0\0\0AVI ', '%PDF-1.7', ''].map(latin),
  ])('%#: %o is none', (bytes) => {
    expect(sniffRaw(bytes)).toBeUndefined()
  })
})

describe('a GIF moves when it holds a second picture', () => {
  const head = Buffer.from('474946383961010001008000000000ffffffff'.slice(0, 38), 'hex')
  const control = Buffer.from('21f904000a000000', 'hex')
  const frame = Buffer.from('2c000000000100010000020244010', 'hex')
  const image = Buffer.concat([frame, Buffer.from([0x00])])
  const end = Buffer.from([0x3b])

  test('and not before, nor when what looks like one stands within the first', () => {
    expect(sniffAnimated(Buffer.concat([head, image, end]))).toBeUndefined()
    expect(sniffAnimated(Buffer.concat([head, image, image, end]))).toMatchObject({ kind: 'gifv' })
    expect(sniffAnimated(Buffer.concat([head, control, image, control, image, end]))).toBeDefined()
    const comment = Buffer.concat([Buffer.from([0x21, 0xfe, 0x05]), Buffer.from(',,,,,'), Buffer.from([0])])
    expect(sniffAnimated(Buffer.concat([head, comment, image, comment, end]))).toBeUndefined()
  })

  test('whatever is spoilt or cut off in it, it is read to an end', () => {
    const whole = Buffer.concat([head, control, image, control, image, end])
    for (let at = 0; at <= whole.length; at += 1) {
      sniffAnimated(whole.subarray(0, at))
      const spoilt = Uint8Array.from(whole)
      spoilt.fill(0xff, at, at + 2)
      sniffAnimated(spoilt)
    }
    expect(sniffAnimated(Buffer.from('GIF89a'))).toBeUndefined()
  })
})

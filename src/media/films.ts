import { type FileHandle, open } from 'node:fs/promises'
import { refuse } from '../base/refusal.ts'
import type { FilePart } from './storage.ts'

/** What the boxes of an MP4 say of it. */
export interface FilmFacts {
  /** in seconds */
  readonly duration: number | null
  readonly width: number | null
  readonly height: number | null
}

/** Boxes that hold others and lie on the way to what is looked for. */
const CONTAINERS = new Set(['moov', 'trak', 'mdia'])
/** Who made it, where and with what (S-097). */
const TELLTALES = new Set(['udta', 'meta', 'uuid'])
const DEEPEST = 6

/**
 * Reads how long and how large a film is, and makes the boxes that tell where and with what it was made into free
 * space, in place: nothing moves, so every offset in it stays true. What is no box structure is left as it is.
 */
export function cleanFilm(bytes: Uint8Array): FilmFacts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const facts = { duration: null, width: null, height: null } as {
    -readonly [Key in keyof FilmFacts]: FilmFacts[Key]
  }
  walk(view, 0, bytes.length, 0, facts)
  return facts
}

/** The box that says all of a film but what it shows, and is read whole. */
const LARGEST_INDEX = 32 * 1_048_576
const MOST_BOXES = 10_000
const CHUNK = 65_536

/**
 * The same in a file, changed where it lies, of which no more than its index is held in memory.
 * @throws Refusal 'media.unreadable' when its index is larger than any film needs
 */
export async function cleanFilmFile(path: string): Promise<FilmFacts> {
  await using file = await open(path, 'r+')
  const { size: end } = await file.stat()
  let facts: FilmFacts = { duration: null, width: null, height: null }
  const head = Buffer.alloc(16)
  for (let at = 0, boxes = 0; at + 8 <= end && boxes < MOST_BOXES; boxes += 1) {
    const { bytesRead } = await file.read(head, 0, 16, at)
    const view = new DataView(head.buffer, head.byteOffset, bytesRead)
    const name = nameAt(view, 4)
    const { size, header } = boxSize(view, 0, Math.min(bytesRead, 16))
    const length = view.getUint32(0) === 0 ? end - at : size
    if (length < header || at + length > end) break
    if (name === 'moov') facts = await cleanIndex(file, at, length)
    else if (TELLTALES.has(name)) await blankFile(file, at, header, length)
    at += length
  }
  return facts
}

async function cleanIndex(file: FileHandle, at: number, length: number): Promise<FilmFacts> {
  if (length > LARGEST_INDEX) refuse('media.unreadable')
  const index = Buffer.alloc(length)
  await file.read(index, 0, length, at)
  const facts = cleanFilm(index)
  await file.write(index, 0, length, at)
  return facts
}

async function blankFile(file: FileHandle, at: number, header: number, length: number): Promise<void> {
  await file.write('free', at + 4, 'latin1')
  const zeros = Buffer.alloc(CHUNK)
  for (let done = header; done < length; done += CHUNK)
    await file.write(zeros, 0, Math.min(CHUNK, length - done), at + done)
}

function walk(
  view: DataView,
  from: number,
  to: number,
  depth: number,
  facts: { -readonly [Key in keyof FilmFacts]: FilmFacts[Key] },
): void {
  for (let at = from; at + 8 <= to; ) {
    const name = nameAt(view, at + 4)
    const { size, header } = boxSize(view, at, to)
    if (size < header || at + size > to) return
    if (TELLTALES.has(name)) blank(view, at + 4, at + header, at + size)
    else if (name === 'mvhd') facts.duration = durationIn(view, at + header, at + size)
    else if (name === 'tkhd') sizeIn(view, at + header, at + size, facts)
    else if (CONTAINERS.has(name) && depth < DEEPEST) walk(view, at + header, at + size, depth + 1, facts)
    at += size
  }
}

function boxSize(view: DataView, at: number, to: number): { size: number; header: number } {
  const short = view.getUint32(at)
  if (short === 0) return { size: to - at, header: 8 }
  if (short !== 1) return { size: short, header: 8 }
  return at + 16 <= to ? { size: Number(view.getBigUint64(at + 8)), header: 16 } : { size: 0, header: 16 }
}

function nameAt(view: DataView, at: number): string {
  return String.fromCharCode(
    view.getUint8(at),
    view.getUint8(at + 1),
    view.getUint8(at + 2),
    view.getUint8(at + 3),
  )
}

/** Its type becomes `free`, and what it held becomes nothing. */
function blank(view: DataView, nameAt: number, from: number, to: number): void {
  view.setUint32(nameAt, 0x66726565)
  new Uint8Array(view.buffer, view.byteOffset + from, to - from).fill(0)
}

/** ISO/IEC 14496-12, 8.2.2: version 1 has longer times. */
function durationIn(view: DataView, from: number, to: number): number | null {
  const long = to > from && view.getUint8(from) === 1
  const [scaleAt, lengthAt, end] = long
    ? [from + 20, from + 24, from + 32]
    : [from + 12, from + 16, from + 20]
  if (end > to) return null
  const scale = view.getUint32(scaleAt)
  const length = long ? Number(view.getBigUint64(lengthAt)) : view.getUint32(lengthAt)
  const seconds = scale === 0 ? 0 : length / scale
  return seconds > 0 && seconds < 86_400 ? seconds : null
}

/** 8.3.2: the last eight bytes are width and height, as 16.16 numbers; sound has neither. */
function sizeIn(
  view: DataView,
  from: number,
  to: number,
  facts: { -readonly [Key in keyof FilmFacts]: FilmFacts[Key] },
): void {
  if (to - from < 84) return
  const [width, height] = [view.getUint16(to - 8), view.getUint16(to - 4)]
  if (width === 0 || height === 0) return
  facts.width = width
  facts.height = height
}

const MOST_TAGS = 100

/** Where in a file the sound itself is, between the tags at its beginning and its end. */
export async function soundWithin(path: string): Promise<FilePart> {
  await using file = await open(path)
  const { size } = await file.stat()
  const head = Buffer.alloc(10)
  let start = 0
  for (let tags = 0; tags < MOST_TAGS; tags += 1) {
    const { bytesRead } = await file.read(head, 0, 10, start)
    if (bytesRead < 10 || !isId3(head, 0)) break
    start += tagLength(head, 0)
  }
  await file.read(head, 0, 3, Math.max(0, size - 128))
  const tagged = size - 128 > start && head.toString('latin1', 0, 3) === 'TAG'
  return { path, start: Math.min(start, size), end: tagged ? size - 128 : size }
}

function tagLength(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at + 6, at + 10)
  const footer = ((bytes[at + 5] ?? 0) & 0x10) === 0 ? 0 : 10
  return 10 + footer + ((a << 21) | (b << 14) | (c << 7) | d)
}

function isId3(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x49 && bytes[at + 1] === 0x44 && bytes[at + 2] === 0x33 && at + 10 <= bytes.length
}

/** What of another server's stream goes through: whole events, each within these bounds. */
export interface PassLimits {
  /** of one event, in bytes */
  readonly largest: number
  /** events within a minute */
  readonly perMinute: number
}

/** Why no more of it goes through. */
export class NotPassed extends Error {}

const FIELDS = new Set(['event', 'data', 'id', 'retry'])
const NAME = /^[\w.:-]{1,64}$/

/**
 * Cuts a stream of bytes into events and writes each anew, so that nothing but fields of events comes through, each once
 * whole. Comments are left out; what keeps our own stream alive is ours.
 * @throws NotPassed when an event is larger, or more come, than is passed on
 */
export async function* eventsIn(bytes: AsyncIterable<Buffer>, limits: PassLimits): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8')
  const rate = { minute: 0, count: 0 }
  const cutter = new Cutter()
  for await (const chunk of bytes) {
    for (const block of cutter.cut(decoder.decode(chunk, { stream: true }))) {
      if (block.length > limits.largest) throw new NotPassed('an event is too large')
      const event = written(block)
      if (event === undefined) continue
      countOne(rate, limits.perMinute)
      yield event
    }
    if (cutter.length > limits.largest) throw new NotPassed('an event is too large')
  }
}

/**
 * Events end with an empty line; a line ends with CR LF, LF or CR. Only what is new is looked through, whatever is there
 * already: a server that sends byte by byte must not make us read everything for each.
 */
class Cutter {
  #pieces: string[] = []
  #length = 0
  /** the last character before what is new */
  #last = ''
  /** a CR at the very end may be half of a line's end */
  #held = ''

  get length(): number {
    return this.#length
  }

  /** @returns the events that are whole by now */
  cut(more: string): readonly string[] {
    const text = this.#held + more
    this.#held = text.endsWith('\r') ? '\r' : ''
    const lines = text.slice(0, text.length - this.#held.length).replace(/\r\n?/g, '\n')
    const isCut = `${this.#last}${lines}`.includes('\n\n')
    this.#add(lines)
    if (!isCut) return []
    const all = this.#pieces.join('')
    const end = all.lastIndexOf('\n\n')
    this.#pieces = []
    this.#length = 0
    this.#last = ''
    this.#add(all.slice(end + 2))
    return all.slice(0, end).split(/\n\n+/)
  }

  #add(lines: string): void {
    if (lines === '') return
    this.#pieces.push(lines)
    this.#length += lines.length
    this.#last = lines.slice(-1)
  }
}

function written(block: string): string | undefined {
  const lines = block.split('\n').flatMap((line) => {
    const [, name = '', value = ''] = /^([a-z]+)(?:: ?(.*))?$/.exec(line) ?? []
    if (!FIELDS.has(name)) return []
    if (name === 'event' && !NAME.test(value)) return []
    if (name === 'retry' && !/^\d{1,6}$/.test(value)) return []
    return [`${name}: ${value}`]
  })
  return lines.length === 0 ? undefined : `${lines.join('\n')}\n\n`
}

function countOne(rate: { minute: number; count: number }, most: number): void {
  const minute = Math.floor(performance.now() / 60_000)
  if (rate.minute !== minute) Object.assign(rate, { minute, count: 0 })
  if (++rate.count > most) throw new NotPassed('too many events')
}

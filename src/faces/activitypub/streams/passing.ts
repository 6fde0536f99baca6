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
  let rest = ''
  for await (const chunk of bytes) {
    rest += decoder.decode(chunk, { stream: true })
    const { blocks, left } = cut(rest)
    rest = left
    for (const block of blocks) {
      if (block.length > limits.largest) throw new NotPassed('an event is too large')
      const event = written(block)
      if (event === undefined) continue
      countOne(rate, limits.perMinute)
      yield event
    }
    if (rest.length > limits.largest) throw new NotPassed('an event is too large')
  }
}

/** Events end with an empty line; a line ends with CR LF, LF or CR. A CR at the very end may be half of one. */
function cut(text: string): { readonly blocks: readonly string[]; readonly left: string } {
  const held = text.endsWith('\r') ? '\r' : ''
  const lines = text.slice(0, text.length - held.length).replace(/\r\n?/g, '\n')
  const end = lines.lastIndexOf('\n\n')
  if (end === -1) return { blocks: [], left: lines + held }
  return { blocks: lines.slice(0, end).split(/\n\n+/), left: lines.slice(end + 2) + held }
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

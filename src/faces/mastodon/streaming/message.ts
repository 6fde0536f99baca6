/** What happens, in the words of the Mastodon API. */
export type EventName =
  | 'update'
  | 'status.update'
  | 'delete'
  | 'notification'
  | 'notifications_merged'
  | 'conversation'
  | 'filters_changed'
  | 'announcement'
  | 'announcement.reaction'
  | 'announcement.delete'

/** One message for all who hear it alike: it is written once in each form, however many they are. */
export class Message {
  readonly #event: EventName
  /** of JSON, or an id; undefined where the event says all */
  readonly #payload: string | undefined
  readonly #frames = new Map<string, Buffer>()
  #rest: string | undefined
  #served: Buffer | undefined

  constructor(event: EventName, payload?: string) {
    this.#event = event
    this.#payload = payload
  }

  /**
   * For a socket, in which many streams go on beside each other: the same bytes for all of them, its frame included.
   * @param label the names of the stream, as JSON
   */
  frameFor(label: string): Buffer {
    const known = this.#frames.get(label)
    if (known) return known
    this.#rest ??= `,"event":"${this.#event}"${this.#payload === undefined ? '' : `,"payload":${JSON.stringify(this.#payload)}`}}`
    const frame = framed(Buffer.from(`{"stream":${label}${this.#rest}`))
    this.#frames.set(label, frame)
    return frame
  }

  /** As an event that a server sends. JSON has no line breaks in it. */
  get served(): Buffer {
    this.#served ??= Buffer.from(`event: ${this.#event}\ndata: ${this.#payload ?? ''}\n\n`)
    return this.#served
  }
}

/** RFC 6455 §5.2: a text that is one frame, as servers send it. */
function framed(text: Buffer): Buffer {
  const [WHOLE_TEXT, TWO_BYTES, EIGHT_BYTES] = [0x81, 126, 127]
  const { length } = text
  if (length < TWO_BYTES) return Buffer.concat([Buffer.from([WHOLE_TEXT, length]), text])
  const isShort = length <= 0xffff
  const head = Buffer.alloc(isShort ? 4 : 10)
  head.set([WHOLE_TEXT, isShort ? TWO_BYTES : EIGHT_BYTES])
  if (isShort) head.writeUInt16BE(length, 2)
  else head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, text])
}

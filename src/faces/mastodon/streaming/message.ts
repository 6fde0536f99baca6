/** What happens, in the words of the Mastodon API. */
export type EventName =
  | 'update'
  | 'status.update'
  | 'delete'
  | 'notification'
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
  readonly #texts = new Map<string, Buffer>()
  #rest: string | undefined
  #served: Buffer | undefined

  constructor(event: EventName, payload?: string) {
    this.#event = event
    this.#payload = payload
  }

  /**
   * For a socket, in which many streams go on beside each other.
   * @param label the names of the stream, as JSON
   */
  textFor(label: string): Buffer {
    const known = this.#texts.get(label)
    if (known) return known
    this.#rest ??= `,"event":"${this.#event}"${this.#payload === undefined ? '' : `,"payload":${JSON.stringify(this.#payload)}`}}`
    const text = Buffer.from(`{"stream":${label}${this.#rest}`)
    this.#texts.set(label, text)
    return text
  }

  /** As an event that a server sends. JSON has no line breaks in it. */
  get served(): Buffer {
    this.#served ??= Buffer.from(`event: ${this.#event}\ndata: ${this.#payload ?? ''}\n\n`)
    return this.#served
  }
}

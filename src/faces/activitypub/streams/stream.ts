import type { Response } from 'express'
import type { AccountId } from '../../../base/ids.ts'
import type { Topic } from '../../../domain/events/event.ts'
import type { Listener } from '../../../domain/events/hub.ts'
import type { Holder, Reason } from '../../http/open-streams.ts'

/** What is listened to, and as whom. */
export interface Listened {
  readonly topics: readonly Topic[]
  readonly readerId: AccountId | null
  readonly target: string
}

/** What has been written and not been taken yet, beyond which a reader is too slow. */
const MOST_UNREAD = 64 * 1024
const RETRY_MS = 3000
/** As long as whoever is too slow has for the last word. */
const FAREWELL_MS = 5000

/** A stream of events (WHATWG HTML, server-sent events) to one reader. */
export class EventStream implements Listener {
  readonly topics: readonly Topic[]
  readonly holder: Holder
  /** as whom it is listened to; null: as nobody in particular, where the token lets read no more than that */
  readonly readerId: AccountId | null
  /** the id of what is listened to */
  readonly target: string
  readonly #res: Response
  #writtenAt = performance.now()
  #ended = false

  constructor(res: Response, holder: Holder, { topics, readerId, target }: Listened) {
    this.#res = res
    this.holder = holder
    this.topics = topics
    this.readerId = readerId
    this.target = target
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Says where the listener stands, so that it can go on from there should the connection break at once. */
  start(position: string): void {
    this.#write(`retry: ${RETRY_MS}\nid: ${position}\n\n`)
  }

  /** One whole event. Whoever does not take what was written before is let go: it can come back for the rest. */
  send(frame: string | Buffer): void {
    if (this.#ended) return
    if (this.#res.writableLength > MOST_UNREAD) this.end('slow')
    else this.#write(frame)
  }

  /** What happened cannot be told any more: whoever listens has to read anew. The stream goes on. */
  reset(reason: Reason, position: string): void {
    this.#write(resetFrame(reason, position))
  }

  /** Something that only keeps the connection alive; not needed where something was said since then. */
  stayAlive(since: number): void {
    if (this.#writtenAt < since) this.#write(':\n\n')
  }

  lost(): void {
    this.end('missed')
  }

  /** The last word; a reader that comes again with the last id that it got goes on from there. */
  end(reason: Reason): void {
    if (this.#ended) return
    this.#ended = true
    const res = this.#res
    if (!res.headersSent) return
    res.end(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`)
    setTimeout(() => res.destroy(), FAREWELL_MS).unref()
  }

  #write(frame: string | Buffer): void {
    if (this.#ended || this.#res.destroyed) return
    this.#writtenAt = performance.now()
    this.#res.write(frame)
  }
}

function resetFrame(reason: Reason, position: string): string {
  return `event: reset\nid: ${position}\ndata: ${JSON.stringify({ reason })}\n\n`
}

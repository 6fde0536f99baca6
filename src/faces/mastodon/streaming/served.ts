import type { Response } from 'express'
import type { OpenStream, Reason } from '../../http/open-streams.ts'
import type { Hearer } from './board.ts'
import { type Connecting, FAREWELL_MS, MOST_UNREAD } from './connection.ts'
import type { Message } from './message.ts'

const ALIVE = Buffer.from(':thump\n')

/** One channel as server-sent events. Apps connect again by themselves, and read anew what they may have missed. */
export class ServedStream implements Hearer, OpenStream {
  readonly reader: Connecting['reader']
  readonly holder: Connecting['holder']
  readonly #res: Response
  #writtenAt = performance.now()
  #ended = false

  constructor(res: Response, { reader, holder }: Connecting) {
    this.#res = res
    this.reader = reader
    this.holder = holder
  }

  get ended(): boolean {
    return this.#ended
  }

  start(): void {
    this.#write(Buffer.from(':)\n'))
  }

  send(message: Message): void {
    if (this.#ended) return
    if (this.#res.writableLength > MOST_UNREAD) this.end('slow')
    else this.#write(message.served)
  }

  stayAlive(since: number): void {
    if (this.#writtenAt < since) this.#write(ALIVE)
  }

  end(_reason: Reason): void {
    if (this.#ended) return
    this.#ended = true
    const res = this.#res
    if (!res.headersSent) return
    res.end()
    setTimeout(() => res.destroy(), FAREWELL_MS).unref()
  }

  #write(bytes: Buffer): void {
    if (this.#ended || this.#res.destroyed || !this.#res.headersSent) return
    this.#writtenAt = performance.now()
    this.#res.write(bytes)
  }
}

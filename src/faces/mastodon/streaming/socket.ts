import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import type { Log } from '../../../base/log.ts'
import { Refusal } from '../../../base/refusal.ts'
import { answerFrom } from '../../http/errors.ts'
import type { OpenStream, Reason } from '../../http/open-streams.ts'
import { errorFrom } from '../errors.ts'
import type { Hearer, Subscription } from './board.ts'
import { type Asked, channelFor, namesOf } from './channels.ts'
import { type Connecting, FAREWELL_MS, MOST_UNREAD } from './connection.ts'
import type { Message } from './message.ts'
import { wishFrom } from './wishes.ts'

/** RFC 6455 §7.4.1. */
const CLOSE: Readonly<Record<Reason | 'flood', number>> = {
  closing: 1001,
  token: 1008,
  flood: 1008,
  slow: 1008,
  missed: 1011,
}

/** Streams of one connection; and messages that an app may send within a minute. */
const MOST_STREAMS = 64
const MOST_MESSAGES = 240

/** A WebSocket of an app: any number of channels, begun and ended by its messages. */
export class AppSocket implements Hearer, OpenStream {
  readonly reader: Connecting['reader']
  readonly holder: Connecting['holder']
  readonly #connecting: Connecting
  readonly #socket: WebSocket
  /** what it is spoken over */
  readonly #raw: Duplex
  readonly #log: Log
  /** by their labels */
  readonly #streams = new Map<string, Subscription>()
  /** what it asks is done one after the other */
  #doing: Promise<void> = Promise.resolve()
  #isAlive = true
  #ended = false
  #minute = 0
  #messages = 0

  constructor(socket: WebSocket, raw: Duplex, connecting: Connecting, log: Log) {
    this.#socket = socket
    this.#raw = raw
    this.#connecting = connecting
    this.#log = log
    this.reader = connecting.reader
    this.holder = connecting.holder
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('pong', () => {
      this.#isAlive = true
    })
    // What breaks is closed; nobody else needs to know.
    socket.on('error', () => undefined)
  }

  /** Begins the one that was asked for in the address. */
  begin(asked: Asked): void {
    this.#do(() => this.#subscribe(asked))
  }

  send(message: Message, label: string): void {
    if (this.#ended || this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#raw.writableLength > MOST_UNREAD) this.end('slow')
    // What goes to thousands is framed once. Nothing is compressed, so that each frame is written whole.
    else this.#raw.write(message.frameFor(label))
  }

  /** Sockets have their own way; see `ping`. */
  stayAlive(): void {}

  /** Whoever did not answer the last one is not there any more. */
  ping(): void {
    const wasAlive = this.#isAlive
    this.#isAlive = false
    if (!wasAlive) this.#socket.terminate()
    else if (!this.#ended) this.#socket.ping()
  }

  end(reason: Reason | 'flood'): void {
    if (this.#ended) return
    this.#ended = true
    if (reason !== 'slow') this.#socket.close(CLOSE[reason], reason)
    // Who does not read would not read that either.
    else this.#socket.terminate()
    setTimeout(() => this.#socket.terminate(), FAREWELL_MS).unref()
  }

  /** It is closed: nothing goes to it any more. */
  closed(): void {
    this.#ended = true
    for (const stream of this.#streams.values()) this.#connecting.board.delete(stream)
    this.#streams.clear()
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#isAlive = true
    if (this.#ended) return
    const wish = isBinary ? undefined : wishFrom(String(data))
    if (this.#isFlooding()) this.end('flood')
    else if (wish === undefined) this.#refuse(new Refusal('stream.message'))
    else this.#do(async () => (wish.type === 'subscribe' ? this.#subscribe(wish) : this.#unsubscribe(wish)))
  }

  #isFlooding(): boolean {
    const minute = Math.floor(performance.now() / 60_000)
    if (this.#minute !== minute) this.#messages = 0
    this.#minute = minute
    this.#messages += 1
    return this.#messages > MOST_MESSAGES
  }

  #do(work: () => Promise<void>): void {
    this.#doing = this.#doing.then(work).catch((error: unknown) => this.#refuse(error))
  }

  async #subscribe(asked: Asked): Promise<void> {
    const { db, board, scopes, holder } = this.#connecting
    const { channel, names } = await channelFor(db, asked, holder.accountId, scopes)
    const label = JSON.stringify(names)
    if (this.#ended || this.#streams.has(label)) return
    if (this.#streams.size >= MOST_STREAMS) throw new Refusal('stream.too-many')
    const subscription = { hearer: this, channel, label }
    this.#streams.set(label, subscription)
    try {
      await board.add(subscription)
    } catch (error) {
      this.#streams.delete(label)
      throw error
    }
    // Whoever left meanwhile was not there yet to be taken out.
    if (this.#ended) board.delete(subscription)
  }

  #unsubscribe(asked: Asked): void {
    const label = JSON.stringify(namesOf(asked))
    const stream = this.#streams.get(label)
    if (stream) this.#connecting.board.delete(stream)
    this.#streams.delete(label)
  }

  /** Says no, and goes on. */
  #refuse(error: unknown): void {
    if (this.#ended) return
    const answer = answerFrom(error)
    const { reference } = answer
    if (reference !== undefined)
      this.#log.error('A stream could not be begun, reference {reference}: {error}', { reference, error })
    const { status, error: text } = errorFrom(answer)
    this.#socket.send(JSON.stringify({ error: text, status }))
  }
}

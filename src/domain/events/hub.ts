import { setTimeout as sleep } from 'node:timers/promises'
import { type Batched, createBatches } from '../../base/batches.ts'
import type { Log } from '../../base/log.ts'
import { type Listener as Channel, listen } from '../../db/listen.ts'
import type { World } from '../world.ts'
import { EVENTS_CHANNEL, keyOf, type StreamEvent, type Topic } from './event.ts'
import { eventsAfter, eventsBetween, isWhole } from './find.ts'
import { listenTo, placeNewEvents } from './listeners.ts'

export interface HubParts {
  readonly world: Pick<World, 'db' | 'clock'>
  readonly databaseUrl: string
  readonly log: Log
}

/** Somebody who listens, to as many topics as they like. */
export interface Listener {
  readonly topics: readonly Topic[]
  /** It has missed something that it will not be told any more: it has to read anew, or to come again. */
  lost(): void
}

/** One event, and who listens to what it happened to. */
export interface Telling<L extends Listener> {
  readonly event: StreamEvent
  readonly listeners: readonly L[]
}

/** How one face tells: it reads and writes each event once for all its listeners, and leaves out whoever may not know. */
export interface Outlet<L extends Listener> {
  tell(tellings: readonly Telling<L>[]): Promise<void>
}

export interface Opened {
  /** where the listener stands: it is told of whatever comes after it */
  readonly position: string
  /** false: what happened since the position that it came with is not there any more, or it brought none of ours */
  readonly resumed: boolean
  /** Tells what was missed, and from then on whatever happens. */
  begin(): Promise<void>
}

interface Entry {
  readonly listener: Listener
  readonly outlet: Outlet<Listener>
  /** whatever has no higher place it has been told, or does not want */
  told: bigint
  /** what happens before it has begun */
  waiting: StreamEvent[] | undefined
}

const READ_AT_ONCE = 500
const MOST_MISSED = 1000
/** Many transactions within this time are told of together. */
const GATHER_MS = 10
/** A notification is a hint that may be missed. */
const LOOK_EVERY_MS = 5_000
const RENEW_EVERY_MS = 120_000
const RETRY_MS = 1_000

/**
 * All that is streamed by this process, in every form: it hears of new events over one connection, reads them once for
 * all who listen, and hands them out. While nobody listens it reads nothing; before the first it does not even connect.
 */
export class EventHub implements AsyncDisposable {
  readonly #parts: HubParts
  readonly #entries = new Map<Listener, Entry>()
  readonly #heard = new Map<string, Set<Entry>>()
  readonly #timers: NodeJS.Timeout[] = []
  /** where whoever begins to listen to these topics stands; many begin together when a server was away */
  readonly #place: Batched<readonly Topic[], string>
  #channel: Promise<Channel> | undefined
  /** up to where everything was read; undefined while nobody listens */
  #position: bigint | undefined
  #reading: Promise<void> | undefined
  #again = false
  #closed = false

  constructor(parts: HubParts) {
    this.#parts = parts
    this.#place = createBatches((topics) => placesFor(parts.world, topics), { everyMs: 2, most: 500 })
  }

  /** how many listen */
  get size(): number {
    return this.#entries.size
  }

  /**
   * Somebody begins to listen.
   * @param after where they stood when they were here before
   */
  async open<L extends Listener>(listener: L, outlet: Outlet<L>, after?: string): Promise<Opened> {
    await this.#connect()
    // Before its place is asked for, so that nothing can happen between the two that it is not told of.
    const entry: Entry = { listener, outlet: outlet as Outlet<Listener>, told: -1n, waiting: [] }
    this.#enter(entry)
    try {
      const position = await this.#place(listener.topics)
      this.#position ??= BigInt(position)
      const resumed = after !== undefined && (await this.#canResume(listener.topics, after, position))
      const stands = resumed ? after : position
      return { position: stands, resumed, begin: () => this.#begin(entry, stands, BigInt(position)) }
    } catch (error) {
      this.close(listener)
      throw error
    }
  }

  close(listener: Listener): void {
    const entry = this.#entries.get(listener)
    if (!entry) return
    this.#entries.delete(listener)
    for (const topic of listener.topics) {
      const entries = this.#heard.get(keyOf(topic))
      entries?.delete(entry)
      if (entries?.size === 0) this.#heard.delete(keyOf(topic))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers) clearInterval(timer)
    this.#entries.clear()
    this.#heard.clear()
    await (await this.#channel?.catch(() => undefined))?.[Symbol.asyncDispose]()
    await this.#reading
  }

  async #connect(): Promise<void> {
    this.#channel ??= this.#listen()
    await this.#channel
  }

  async #listen(): Promise<Channel> {
    const wake = () => this.#wake()
    try {
      const { databaseUrl, log } = this.#parts
      const channel = await listen(databaseUrl, [EVENTS_CHANNEL], wake, { log, onReconnect: wake })
      this.#timers.push(setInterval(wake, LOOK_EVERY_MS).unref())
      this.#timers.push(setInterval(() => void this.#renew(), RENEW_EVERY_MS).unref())
      return channel
    } catch (error) {
      this.#channel = undefined
      throw error
    }
  }

  async #canResume(topics: readonly Topic[], after: string, position: string): Promise<boolean> {
    return BigInt(after) <= BigInt(position) && (await isWhole(this.#parts.world.db, topics, after))
  }

  #enter(entry: Entry): void {
    // While nobody listened nothing was read: what happened meanwhile is nobody's news.
    if (this.#entries.size === 0) this.#position = undefined
    this.#entries.set(entry.listener, entry)
    for (const topic of entry.listener.topics) {
      const key = keyOf(topic)
      const entries = this.#heard.get(key)
      if (entries) entries.add(entry)
      else this.#heard.set(key, new Set([entry]))
    }
    this.#wake()
  }

  /** Whatever was read before this moment is looked up; what is read after it was waiting, or comes by itself. */
  async #begin(entry: Entry, after: string, position: bigint): Promise<void> {
    const { listener } = entry
    const read = this.#position ?? position
    entry.told = read > position ? read : position
    if (BigInt(after) < entry.told) {
      const { db } = this.#parts.world
      const missed = await eventsBetween(db, listener.topics, after, String(entry.told), MOST_MISSED + 1)
      if (missed.length > MOST_MISSED) listener.lost()
      else await tellOne(entry, missed)
    }
    // Telling takes time, in which more may come.
    while (entry.waiting && entry.waiting.length > 0) {
      const waiting = entry.waiting.filter((event) => BigInt(event.position) > entry.told)
      entry.waiting = []
      await tellOne(entry, waiting)
    }
    entry.waiting = undefined
  }

  #wake(): void {
    this.#again = true
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined
      if (this.#again && !this.#closed) this.#wake()
    })
  }

  async #readOn(): Promise<void> {
    while (this.#again && !this.#closed && this.#entries.size > 0) {
      this.#again = false
      try {
        await this.#readNew()
        await sleep(GATHER_MS)
      } catch (error) {
        if (this.#closed) return
        this.#parts.log.warn('Events could not be read: {error}', { error })
        this.#again = true
        await sleep(RETRY_MS, undefined, { ref: false })
      }
    }
    if (this.#entries.size === 0) this.#again = false
  }

  async #readNew(): Promise<void> {
    const { world } = this.#parts
    const last = BigInt(await placeNewEvents(world))
    this.#position ??= last
    while (this.#position < last && !this.#closed) {
      const events: StreamEvent[] = await eventsAfter(world.db, String(this.#position), READ_AT_ONCE)
      // What is read is behind us before it is told: an event that cannot be told must not come again for ever.
      this.#position = events.length < READ_AT_ONCE ? last : BigInt(events.at(-1)?.position ?? last)
      await this.#tell(events)
    }
  }

  async #tell(events: readonly StreamEvent[]): Promise<void> {
    const due = new Map<Outlet<Listener>, Telling<Listener>[]>()
    for (const event of events) {
      const position = BigInt(event.position)
      const listeners = new Map<Outlet<Listener>, Listener[]>()
      for (const entry of this.#heard.get(keyOf(event.topic)) ?? []) {
        if (position <= entry.told) continue
        if (entry.waiting) keepFor(entry, event)
        else addTo(listeners, entry.outlet, entry.listener)
      }
      for (const [outlet, all] of listeners) addTo(due, outlet, { event, listeners: all })
    }
    for (const [outlet, tellings] of due) await this.#hand(outlet, tellings)
  }

  /** Who could not be told has to come again, from where they stand. */
  async #hand(outlet: Outlet<Listener>, tellings: readonly Telling<Listener>[]): Promise<void> {
    try {
      await outlet.tell(tellings)
    } catch (error) {
      this.#parts.log.warn('Events could not be told: {error}', { error })
      for (const listener of new Set(tellings.flatMap(({ listeners }) => listeners))) listener.lost()
    }
  }

  async #renew(): Promise<void> {
    const topics = [...this.#entries.keys()].flatMap((listener) => listener.topics)
    if (topics.length === 0) return
    await listenTo(this.#parts.world, topics).catch((error: unknown) =>
      this.#parts.log.warn('What is listened to could not be noted: {error}', { error }),
    )
  }
}

async function placesFor(world: HubParts['world'], topics: readonly (readonly Topic[])[]): Promise<string[]> {
  await listenTo(world, topics.flat())
  const position = await placeNewEvents(world)
  return topics.map(() => position)
}

async function tellOne(entry: Entry, events: readonly StreamEvent[]): Promise<void> {
  if (events.length === 0) return
  await entry.outlet.tell(events.map((event) => ({ event, listeners: [entry.listener] })))
}

function keepFor(entry: Entry, event: StreamEvent): void {
  if (entry.waiting === undefined) return
  if (entry.waiting.length < MOST_MISSED) entry.waiting.push(event)
  else entry.listener.lost()
}

function addTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

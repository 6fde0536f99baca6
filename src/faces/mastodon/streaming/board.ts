import type { AccountId, ListId } from '../../../base/ids.ts'
import type { Topic } from '../../../domain/events/event.ts'
import { ALERTS, TIMELINES } from '../../../domain/events/event.ts'
import type { EventHub, Listener, Outlet } from '../../../domain/events/hub.ts'
import type { Reader } from '../../../views/many.ts'
import type { Reason } from '../../http/open-streams.ts'
import type { Channel } from './channels.ts'
import type { Message } from './message.ts'

/** An app that stays connected, in whatever form. */
export interface Hearer {
  readonly reader: Reader
  send(message: Message, label: string): void
  end(reason: Reason): void
}

/** An app listens to one channel. */
export interface Subscription {
  readonly hearer: Hearer
  readonly channel: Channel
  /** the names of the stream, as JSON, by which its messages are marked */
  readonly label: string
}

type Subscriptions<Key> = Map<Key, Set<Subscription>>

/** While nobody listens any more it is listened on for so long: whoever was cut off comes again. */
const LINGER_MS = 60_000

/**
 * Who listens to what in this process. To the hub they are one listener together, that is told of all posts and all
 * notifications: so that a post is one event however many hear it, and each connection costs little.
 */
export class Board implements Listener {
  readonly topics: readonly Topic[] = [TIMELINES, ALERTS, { name: 'announcements', subject: '0' }]
  readonly homes: Subscriptions<AccountId> = new Map()
  readonly notices: Subscriptions<AccountId> = new Map()
  readonly directs: Subscriptions<AccountId> = new Map()
  readonly tags: Subscriptions<string> = new Map()
  readonly lists: Subscriptions<ListId> = new Map()
  readonly public: Set<Subscription> = new Set()
  readonly #hub: EventHub
  readonly #outlet: (board: Board) => Outlet<Board>
  readonly #all = new Set<Subscription>()
  #listening: Promise<void> | undefined
  #leaving: NodeJS.Timeout | undefined

  constructor(hub: EventHub, outlet: (board: Board) => Outlet<Board>) {
    this.#hub = hub
    this.#outlet = outlet
  }

  /** how many subscriptions there are */
  get size(): number {
    return this.#all.size
  }

  /** From now on it is told of whatever happens; what has happened before is told to nobody. */
  async add(subscription: Subscription): Promise<void> {
    clearTimeout(this.#leaving)
    this.#leaving = undefined
    this.#all.add(subscription)
    this.#enter(subscription)
    this.#listening ??= this.#listen()
    try {
      await this.#listening
    } catch (error) {
      this.delete(subscription)
      throw error
    }
  }

  delete(subscription: Subscription): void {
    if (!this.#all.delete(subscription)) return
    const { channel, hearer } = subscription
    if (channel.kind === 'user') {
      leave(this.homes, hearer.reader.id, subscription)
      leave(this.notices, hearer.reader.id, subscription)
    } else if (channel.kind === 'hashtag') leave(this.tags, channel.tag, subscription)
    else if (channel.kind === 'list') leave(this.lists, channel.listId, subscription)
    else if (channel.kind === 'direct') leave(this.directs, hearer.reader.id, subscription)
    else this.public.delete(subscription)
    if (this.#all.size === 0) this.#leaving = setTimeout(() => this.#leave(), LINGER_MS).unref()
  }

  /** Whoever has missed something has to read anew, which apps do when they connect again. */
  lost(): void {
    for (const { hearer } of [...this.#all]) hearer.end('missed')
  }

  #enter(subscription: Subscription): void {
    const { channel, hearer } = subscription
    if (channel.kind === 'user') {
      if (channel.posts) enter(this.homes, hearer.reader.id, subscription)
      if (channel.notices) enter(this.notices, hearer.reader.id, subscription)
    } else if (channel.kind === 'hashtag') enter(this.tags, channel.tag, subscription)
    else if (channel.kind === 'list') enter(this.lists, channel.listId, subscription)
    else if (channel.kind === 'direct') enter(this.directs, hearer.reader.id, subscription)
    else this.public.add(subscription)
  }

  async #listen(): Promise<void> {
    try {
      const opened = await this.#hub.open(this, this.#outlet(this))
      await opened.begin()
    } catch (error) {
      this.#listening = undefined
      throw error
    }
  }

  #leave(): void {
    if (this.#all.size > 0) return
    this.#hub.close(this)
    this.#listening = undefined
  }
}

function enter<Key>(all: Subscriptions<Key>, key: Key, subscription: Subscription): void {
  const known = all.get(key)
  if (known) known.add(subscription)
  else all.set(key, new Set([subscription]))
}

function leave<Key>(all: Subscriptions<Key>, key: Key, subscription: Subscription): void {
  const known = all.get(key)
  known?.delete(subscription)
  if (known?.size === 0) all.delete(key)
}

import type { AccountId, GrantId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { refuse } from '../../base/refusal.ts'
import type { Bearers } from '../../domain/grants/bearers.ts'
import { holdingAmong } from '../../domain/grants/find.ts'
import type { World } from '../../domain/world.ts'

/** Who listens, and on the strength of what. */
export interface Holder {
  readonly accountId: AccountId
  readonly grantId: GrantId
  /** of the access token; the stream ends when it does */
  readonly tokenHash: Buffer
  /** null: never */
  readonly expiresAt: Date | null
  /** from where; left out where nobody can tell */
  readonly address?: string
}

/** Why a stream ends, or has to begin anew; told to whoever listens. */
export type Reason = 'missed' | 'slow' | 'token' | 'closing'

/** Something that stays open on the strength of an access token: a stream of ours, or one that we pass on. */
export interface OpenStream {
  readonly holder: Holder
  stayAlive(since: number): void
  end(reason: Reason): void
}

export interface OpenParts {
  readonly world: Pick<World, 'db' | 'clock'>
  readonly bearers: Bearers
  readonly log: Log
  /** aborted once the process is to stop */
  readonly draining: AbortSignal
}

/** How many one token, one person with all their apps, and one address may keep open in one process. */
const MOST_PER_GRANT = 16
const MOST_PER_ACCOUNT = 48
const MOST_PER_ADDRESS = 512
/** Comments come at least every fifteen seconds: after ten without a word, looked for every four. */
const ALIVE_EVERY_MS = 4_000
const SILENT_MS = 10_000
/** The promise is two seconds, however a token comes to its end. */
const CHECK_EVERY_MS = 1_500

/**
 * All that is open here. It ends what has lost its ground: at once when some process says that a grant has ended, when a
 * token's time is up, and within two seconds however else a token stopped to hold, since the tokens of all are looked at
 * that often, in one query.
 */
export class OpenStreams implements Disposable {
  readonly #parts: OpenParts
  readonly #open = new Set<OpenStream>()
  readonly #perGrant = new Map<GrantId, number>()
  readonly #perAccount = new Map<AccountId, number>()
  readonly #perAddress = new Map<string, number>()
  readonly #timers: readonly NodeJS.Timeout[]
  readonly #deaf: () => void
  #checking = false

  constructor(parts: OpenParts) {
    this.#parts = parts
    this.#timers = [
      setInterval(() => this.#stayAlive(), ALIVE_EVERY_MS).unref(),
      setInterval(() => void this.#check(), CHECK_EVERY_MS).unref(),
    ]
    this.#deaf = parts.bearers.onEnded((news) =>
      this.#end(
        'token',
        ({ holder }) => news.grantIds.has(holder.grantId) || news.accountIds.has(holder.accountId),
      ),
    )
    parts.draining.addEventListener('abort', () => this.#end('closing', () => true), { once: true })
  }

  get size(): number {
    return this.#open.size
  }

  /** who has something open */
  get accountIds(): Iterable<AccountId> {
    return this.#perAccount.keys()
  }

  /** @throws Refusal `stream.too-many`; `busy` when the process is to stop */
  requireRoom({ grantId, accountId, address }: Holder): void {
    if (this.#parts.draining.aborted) refuse('busy')
    const grants = this.#perGrant.get(grantId) ?? 0
    const accounts = this.#perAccount.get(accountId) ?? 0
    const there = address === undefined ? 0 : (this.#perAddress.get(address) ?? 0)
    if (grants >= MOST_PER_GRANT || accounts >= MOST_PER_ACCOUNT || there >= MOST_PER_ADDRESS)
      refuse('stream.too-many')
  }

  add(stream: OpenStream): void {
    this.#open.add(stream)
    this.#count(stream.holder, 1)
  }

  delete(stream: OpenStream): void {
    if (this.#open.delete(stream)) this.#count(stream.holder, -1)
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#deaf()
    this.#end('closing', () => true)
  }

  #count({ grantId, accountId, address }: Holder, by: 1 | -1): void {
    count(this.#perGrant, grantId, by)
    count(this.#perAccount, accountId, by)
    if (address !== undefined) count(this.#perAddress, address, by)
  }

  #stayAlive(): void {
    const since = performance.now() - SILENT_MS
    for (const stream of this.#open) stream.stayAlive(since)
  }

  #end(reason: Reason, which: (stream: OpenStream) => boolean): void {
    for (const stream of this.#open) if (which(stream)) stream.end(reason)
  }

  async #check(): Promise<void> {
    if (this.#checking || this.#open.size === 0) return
    this.#checking = true
    const { world, log } = this.#parts
    const now = world.clock.now()
    this.#end('token', ({ holder }) => holder.expiresAt !== null && holder.expiresAt <= now)
    const asked = [...this.#open]
    try {
      const holding = await holdingAmong(
        world,
        asked.map(({ holder }) => holder.tokenHash),
      )
      for (const stream of asked) {
        if (!holding.has(stream.holder.tokenHash.toString('base64'))) stream.end('token')
      }
    } catch (error) {
      log.warn('The tokens of open streams could not be looked at: {error}', { error })
    } finally {
      this.#checking = false
    }
  }
}

function count<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  const n = (counts.get(key) ?? 0) + by
  if (n > 0) counts.set(key, n)
  else counts.delete(key)
}

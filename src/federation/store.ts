import type { KvKey, KvStore, KvStoreListEntry, KvStoreSetOptions } from '@fedify/fedify'
import { PostgresKvStore } from '@fedify/postgres'
import postgres from 'postgres'

/** What a value without a time to live of its own gets, and the most that any may have. */
const DEFAULT_TTL = 'P1D'
const LONGEST_TTL = 'P30D'
const MOST_ROWS = 10_000
const LARGEST_VALUE = 256 * 1024
/** A sweep may delete twice what is written between two of them, so the table always shrinks back. */
const SETS_BETWEEN_SWEEPS = 500
const SWEPT_AT_ONCE = 1000
const SWEEP_EVERY_MS = 60_000

/** Text that jsonb or text cannot hold: NUL, lone surrogates, broken escapes. */
const UNSTORABLE = new Set(['22P05', '22P02', '22021'])
/** Two processes made the table at the same moment. */
const CREATED_MEANWHILE = new Set(['23505', '42P07'])

export interface CacheOptions {
  readonly tableName?: string
  readonly mostRows?: number
}

/**
 * Fedify's key–value store, for caches only: the table is UNLOGGED, so a crash of the database empties it, and rows
 * are dropped by age and number. Nothing that must survive may be kept here.
 *
 * Other than its parent it counts the time to live from the last write, gives every value one, refuses large values,
 * bounds the number of rows, and sweeps a bounded number of them now and then instead of all at every write.
 */
export class CacheStore extends PostgresKvStore implements KvStore, AsyncDisposable {
  readonly #sql: postgres.Sql
  readonly #table: string
  readonly #mostRows: number
  #ready: Promise<void> | undefined
  #setsSinceSweep = 0
  #sweptAt = Date.now()

  constructor(sql: postgres.Sql, options: CacheOptions = {}) {
    const tableName = options.tableName ?? 'fedify_cache'
    super(sql, { tableName })
    this.#sql = sql
    this.#table = tableName
    this.#mostRows = options.mostRows ?? MOST_ROWS
  }

  /** Makes the table once per process; harmless when another process does the same. */
  override initialize(): Promise<void> {
    this.#ready ??= this.#create().catch((error) => {
      this.#ready = undefined
      throw error
    })
    return this.#ready
  }

  /** Keeps a value; one that is too large, or that Postgres cannot hold, is left out, as a cache may. */
  override async set(key: KvKey, value: unknown, options?: KvStoreSetOptions): Promise<void> {
    await this.initialize()
    if (JSON.stringify(value).length > LARGEST_VALUE) return this.delete(key)
    try {
      await this.#sql`
        INSERT INTO ${this.#sql(this.#table)} (key, value, created, ttl)
        VALUES (${[...key]}, ${this.#sql.json(value as postgres.JSONValue)}, now(),
                least(${options?.ttl?.toString() ?? DEFAULT_TTL}::interval, ${LONGEST_TTL}::interval))
        ON CONFLICT (key) DO UPDATE
          SET value = excluded.value, created = excluded.created, ttl = excluded.ttl`
    } catch (error) {
      if (!UNSTORABLE.has(codeOf(error))) throw error
      return
    }
    await this.#sweepNowAndThen()
  }

  override async delete(key: KvKey): Promise<void> {
    await this.initialize()
    await this.#sql`DELETE FROM ${this.#sql(this.#table)} WHERE key = ${[...key]}`
  }

  async *list(prefix?: KvKey): AsyncIterable<KvStoreListEntry> {
    await this.initialize()
    const start = [...(prefix ?? [])]
    const batches = this.#sql<{ key: KvKey; value: unknown }[]>`
      SELECT key, value FROM ${this.#sql(this.#table)}
      WHERE key[1:${start.length}] = ${start} AND created + ttl > now()
      ORDER BY key`.cursor(100)
    for await (const rows of batches) for (const { key, value } of rows) yield { key, value }
  }

  /** Deletes what has run out, and the oldest beyond the bound; at most a thousand of each at a time. */
  async sweep(): Promise<void> {
    const table = this.#sql(this.#table)
    await this.#sql`
      DELETE FROM ${table} WHERE key IN (
        SELECT key FROM ${table} WHERE created + ttl < now() LIMIT ${SWEPT_AT_ONCE})`
    await this.#sql`
      DELETE FROM ${table} WHERE key IN (
        SELECT key FROM ${table} ORDER BY created DESC OFFSET ${this.#mostRows} LIMIT ${SWEPT_AT_ONCE})`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sql.end({ timeout: 5 })
  }

  async #create(): Promise<void> {
    try {
      await super.initialize()
    } catch (error) {
      if (!CREATED_MEANWHILE.has(codeOf(error))) throw error
      await super.initialize()
    }
    await this.#sql`
      CREATE INDEX IF NOT EXISTS ${this.#sql(`${this.#table}_created`)}
      ON ${this.#sql(this.#table)} (created)`.catch((error) => {
      if (!CREATED_MEANWHILE.has(codeOf(error))) throw error
    })
  }

  async #sweepNowAndThen(): Promise<void> {
    this.#setsSinceSweep += 1
    if (this.#setsSinceSweep < SETS_BETWEEN_SWEEPS && Date.now() - this.#sweptAt < SWEEP_EVERY_MS) return
    this.#setsSinceSweep = 0
    this.#sweptAt = Date.now()
    await this.sweep()
  }
}

/**
 * Opens the store on a few connections of its own.
 * @param url as for the database: `postgres://…`, or a socket folder as `postgres://user@/name?host=/folder`
 */
export function openCacheStore(url: string, options: CacheOptions = {}): CacheStore {
  return new CacheStore(
    postgres({
      ...connectionFrom(url),
      max: 2,
      idle_timeout: 60,
      connect_timeout: 10,
      connection: { application_name: 'weft cache', statement_timeout: 10_000 },
      onnotice: () => undefined,
    }),
    options,
  )
}

/**
 * Reads the address as `pg` does. The driver's own reader takes no socket folder, and sends parameters that it does not
 * know to the server, which refuses them.
 */
export function connectionFrom(url: string): postgres.Options<Record<string, never>> {
  const parsed = new URL(url.replace(/^([a-z]+:\/\/(?:[^/@]*@)?)(?=\/)/, '$1socket'))
  const ssl = parsed.searchParams.get('sslmode')
  return {
    host: parsed.searchParams.get('host') ?? decodeURIComponent(parsed.hostname),
    port: Number(parsed.searchParams.get('port') ?? (parsed.port || 5432)),
    database: decodeURIComponent(parsed.pathname.slice(1)),
    username: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    ssl: ssl === null || ssl === 'disable' ? false : ssl === 'verify-full' ? 'verify-full' : 'require',
  }
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? '')
}

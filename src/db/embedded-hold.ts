import pg from 'pg'

/** One process's claim on the embedded server: a connection that shares an advisory lock with its other users. */
export interface Hold {
  /** for `connect`: the database `weft` on this server */
  readonly url: string
  /** resolves when the server goes away */
  readonly lost: Promise<void>
  /** Gives the claim up; true when nobody else has one, and then nobody can take one while this hold is open. */
  releaseAsLast(): Promise<boolean>
  close(): Promise<void>
}

/** "WEFT", as the first half of an advisory lock's key. */
const HOLDERS = 0x57454654

/** Codes of a server that is starting, stopping, or not yet (or no longer) behind its socket. */
const NOT_NOW = new Set(['57P01', '57P02', '57P03', 'ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])

/** Whether an error of `holdServer` means that the server is between states, and may be asked again soon. */
export function isNotNow(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  return (code !== undefined && NOT_NOW.has(code)) || message === 'Connection terminated unexpectedly'
}

/**
 * Joins the users of the server behind a socket folder, and makes sure that the database exists.
 * Waits while somebody stops the server, and then fails with an error that `isNotNow` knows.
 */
export async function holdServer(socketFolder: string): Promise<Hold> {
  const client = new pg.Client({
    host: socketFolder,
    user: 'weft',
    database: 'postgres',
    application_name: 'weft holder',
    connectionTimeoutMillis: 5_000,
  })
  const lost = new Promise<void>((gone) => {
    client.on('error', () => gone())
    client.on('end', () => gone())
  })
  try {
    await client.connect()
    // Advisory locks belong to a database, so every holder takes this one in the same: postgres.
    await client.query('SELECT pg_advisory_lock_shared($1, 0)', [HOLDERS])
    await ensureDatabase(client)
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
  return {
    url: `postgres://weft@localhost/weft?host=${encodeURIComponent(socketFolder)}`,
    lost,
    async releaseAsLast() {
      try {
        await client.query('SELECT pg_advisory_unlock_shared($1, 0)', [HOLDERS])
        const { rows } = await client.query('SELECT pg_try_advisory_lock($1, 0) AS alone', [HOLDERS])
        return rows[0]?.alone === true
      } catch {
        return false
      }
    },
    close: () => client.end().catch(() => undefined),
  }
}

/** One at a time: two that make the same database at once collide in ways that are hard to tell from real errors. */
async function ensureDatabase(client: pg.Client): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1, 1)', [HOLDERS])
  const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'weft'")
  if (rowCount === 0) await client.query('CREATE DATABASE weft')
  await client.query('SELECT pg_advisory_unlock($1, 1)', [HOLDERS])
}

import { sql } from 'kysely'
import { silentLog } from '../../src/base/log.ts'
import { connect } from '../../src/db/connect.ts'
import { startEmbedded } from '../../src/db/embedded.ts'

/**
 * A process that uses an embedded PostgreSQL until it is told to end: writes a row, prints what it found, and stops on
 * SIGTERM. Arguments: the data folder, and words: `no-namespaces`, `no-fsync`.
 */
const [dataDir = '', ...words] = process.argv.slice(2)
try {
  const embedded = await startEmbedded(dataDir, silentLog, {
    namespaces: !words.includes('no-namespaces'),
    fsync: !words.includes('no-fsync'),
  })
  const db = connect({ url: embedded.url, maxConnections: 2, applicationName: 'weft test' })
  process.once('SIGTERM', async () => {
    await db.destroy()
    await embedded.stop()
    process.exit(0)
  })
  await sql`CREATE TABLE IF NOT EXISTS visit (process int)`.execute(db)
  await sql`INSERT INTO visit VALUES (${process.pid})`.execute(db)
  const { rows } = await sql<Record<string, unknown>>`
    SELECT (SELECT count(*)::int FROM visit) AS visits, current_setting('data_checksums') AS checksums,
      datlocprovider AS provider, datlocale AS locale, current_setting('listen_addresses') AS addresses,
      current_setting('jit') AS jit, current_setting('fsync') AS fsync
    FROM pg_database WHERE datname = current_database()`.execute(db)
  process.stdout.write(`${JSON.stringify({ url: embedded.url, ...rows[0] })}\n`)
} catch (error) {
  process.stderr.write(`${(error as Error).name}: ${(error as Error).message}\n`)
  process.exit(1)
}

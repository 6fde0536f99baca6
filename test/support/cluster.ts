import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../src/base/log.ts'
import { startEmbedded } from '../../src/db/embedded.ts'

/**
 * Keeps one embedded PostgreSQL for a test run, in a process of its own: prints its address, and stops it and removes
 * its folder as soon as standard input ends. That happens when whoever started it ends, in whatever way and however
 * early.
 */
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.stdout.on('error', () => undefined)
const ended = once(process.stdin.resume(), 'close')

const folder = await mkdtemp(join(tmpdir(), 'weft-test-'))
try {
  const embedded = await startEmbedded(folder, silentLog, { fsync: false, maxConnections: 400 })
  process.stdout.write(`${embedded.url}\n`)
  await ended
  await embedded.stop()
} finally {
  await rm(folder, { recursive: true, force: true })
}
process.exit(0)

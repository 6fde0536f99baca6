import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { connect, type Db } from '../../src/db/connect.ts'
import { asAdmin, databaseUrl } from './postgres.ts'

export interface TestDatabase extends AsyncDisposable {
  readonly db: Db
  /** for what opens connections of its own: other processes, LISTEN, slots */
  readonly url: string
}

/**
 * A fresh, migrated database of its own, cloned from the run's template in some 50 ms; gone when it is disposed of,
 * whoever may still be connected. One per test file is the habit.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const server = inject('testServer')
  const name = `weft_test_${randomBytes(6).toString('hex')}`
  await asAdmin(server, `CREATE DATABASE ${name} TEMPLATE ${inject('testTemplate')} STRATEGY wal_log`)
  const url = databaseUrl(server, name)
  const db = connect({ url, maxConnections: 10, applicationName: 'weft test' })
  return {
    db,
    url,
    async [Symbol.asyncDispose]() {
      await db.destroy()
      await asAdmin(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

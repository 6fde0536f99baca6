import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { connect } from '../../../src/db/connect.ts'
import type { TestDatabase } from '../../support/database.ts'
import { asAdmin, databaseUrl } from '../../support/postgres.ts'

/** A database of the run's server in which there is nothing at all. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const server = inject('testServer')
  const name = `weft_drill_${randomBytes(6).toString('hex')}`
  await asAdmin(server, `CREATE DATABASE ${name} TEMPLATE template0`)
  const url = databaseUrl(server, name)
  const db = connect({ url, maxConnections: 4, applicationName: 'weft test' })
  return {
    db,
    url,
    async [Symbol.asyncDispose]() {
      await db.destroy()
      await asAdmin(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

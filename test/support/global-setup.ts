import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestProject } from 'vitest/node'
import { connect } from '../../src/db/connect.ts'
import { migrate } from '../../src/db/migrate.ts'
import { asAdmin, databaseUrl } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** a server on which databases can be made */
    testServer: string
    /** the migrated database that is cloned */
    testTemplate: string
  }
}

/** One PostgreSQL for the run: `WEFT_TEST_DATABASE_URL`, or an embedded one in a temporary folder. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.WEFT_TEST_DATABASE_URL
  const server = given ? { url: given, stop: async () => undefined } : await startCluster()
  const template = `weft_template_${process.pid}_${Date.now()}`
  await asAdmin(server.url, `CREATE DATABASE ${template} TEMPLATE template0`)
  const db = connect({
    url: databaseUrl(server.url, template),
    maxConnections: 1,
    applicationName: 'weft test template',
  })
  try {
    await migrate(db)
  } catch (error) {
    await server.stop()
    throw error
  } finally {
    await db.destroy()
  }
  project.provide('testServer', server.url)
  project.provide('testTemplate', template)
  return async () => {
    if (given) await asAdmin(server.url, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`)
    await server.stop()
  }
}

async function startCluster(): Promise<{ url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'cluster.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const url = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    exited.then(() => {
      throw new Error('the embedded PostgreSQL for the tests did not start')
    }),
  ])
  return {
    url,
    async stop() {
      child.stdin.end()
      await exited
    },
  }
}

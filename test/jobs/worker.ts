import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { connect } from '../../src/db/connect.ts'
import { takeSlot } from '../../src/db/slot.ts'
import { transact } from '../../src/db/transact.ts'
import { handlersWith, startRunner } from './support.ts'

/**
 * A worker in a process of its own, to be killed. Writes each effect into table `effect`, which holds each once, with
 * how often it was tried to be made; a body or payload of `kill` kills the worker.
 */
const url = process.argv[2] ?? ''
const db = connect({ url, maxConnections: 6, applicationName: 'weft test worker' })
const { slot } = await takeSlot(url)

async function effect(names: readonly string[]): Promise<void> {
  if (names.some((name) => name.includes('kill'))) process.kill(process.pid, 'SIGKILL')
  await transact(db, async (tx) => {
    await sql`
      INSERT INTO effect (name) SELECT name FROM unnest(${names}::text[]) AS t (name) ORDER BY name
      ON CONFLICT (name) DO UPDATE SET times = effect.times + 1`.execute(tx)
    await sleep(Math.random() * 5)
  })
}

startRunner(db, {
  slot,
  jobs: handlersWith({ deliver: (payload) => effect([`job ${payload}`]) }),
  lanes: async (batch) => {
    await effect(batch.map((item) => `item ${item.body}`))
    return batch.map(() => ({ done: true }))
  },
  send: async ({ activityId, inboxUrl }) => {
    await effect([`delivery ${activityId} ${inboxUrl}`])
    return { result: 'delivered', knock: 'cavage' }
  },
})
process.stdout.write('ready\n')

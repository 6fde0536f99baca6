import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { runProcess } from '../../src/process.ts'
import type { CreateApp } from '../../src/server.ts'

/** The least that can be run as a process: enough to see how it starts, fails and stops. */
const createApp: CreateApp = async ({ db, log, instruments }) => {
  let working: Promise<unknown> | undefined
  instruments.observe('queue.depth', () => [{ value: 7, labels: { queue: 'deliveries' } }])
  return {
    handler(request, response) {
      const url = new URL(request.url ?? '/', 'http://localhost')
      if (url.pathname === '/slow') {
        void sleep(Number(url.searchParams.get('ms'))).then(() => response.end('done'))
      } else if (url.pathname === '/body') {
        request.resume().on('end', () => response.end('read'))
      } else if (url.pathname === '/reject') {
        response.end('soon')
        void Promise.reject(new Error('nobody waited for this'))
      } else if (url.pathname === '/throw') {
        response.end('soon')
        setImmediate(() => {
          throw new Error('nobody caught this')
        })
      } else if (url.pathname === '/fail') {
        throw new Error('the app itself failed')
      } else if (url.pathname === '/work') {
        instruments.countDeliveries('delivered', 3)
        working = sleep(Number(url.searchParams.get('ms'))).then(async () => {
          await sql`INSERT INTO host (name) VALUES ('finished.example')`.execute(db)
        })
        response.end('started')
      } else {
        response.end('hello')
      }
    },
    letGo: () => undefined,
    async startWorkers() {
      log.info('the runner started')
      return {
        drain: async () => {
          await working
        },
      }
    },
    ownerLink: async () => 'http://localhost/setup?token=one-time',
    async [Symbol.asyncDispose]() {
      log.info('the app was disposed of')
    },
  }
}

await runProcess(async () => createApp)

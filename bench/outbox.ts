import { Client } from 'undici'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { requestFollow } from '../src/domain/follows/request.ts'
import { appOf } from './support/app.ts'
import { cpuEach } from './support/cpu.ts'
import { median, percentile, spread, verdict } from './support/machine.ts'
import { startBenchServer } from './support/server.ts'

// An app posts Notes to an outbox at width 8: each is read, checked, addressed, stored with its activity and its signatures,
// put into its author's and a follower's home, and answered whole.
const COUNT = Number(process.env.COUNT ?? 1500)
const ROUNDS = Number(process.env.ROUNDS ?? 5)
const WIDTH = 8

await using server = await startBenchServer()
const { world } = server.house
const anna = await registerAccount(world, { name: 'anna' })
const ben = await registerAccount(world, { name: 'ben' })
await requestFollow(world, ben, anna)
const headers = { ...(await appOf(server, anna)), 'content-type': 'application/activity+json' }
const path = new URL(world.uris.outbox(anna.id)).pathname

const rates: number[] = []
const p99s: number[] = []
const costs: ReturnType<typeof cpuEach>[] = []
for (let round = 0; round <= ROUNDS; round++) {
  const latencies: number[] = []
  let left = round === 0 ? 200 : COUNT
  const before = server.cpu()
  const began = performance.now()
  const one = async () => {
    const client = new Client(server.origin)
    while (left-- > 0) {
      const sent = performance.now()
      const answer = await client.request({ method: 'POST', path, headers, body: noteOf(left) })
      const text = await answer.body.text()
      if (answer.statusCode !== 201) throw new Error(`a Note was answered ${answer.statusCode}: ${text}`)
      latencies.push(performance.now() - sent)
    }
    await client.close()
  }
  await Promise.all(Array.from({ length: WIDTH }, one))
  if (round === 0) continue
  rates.push((COUNT / (performance.now() - began)) * 1000)
  p99s.push(percentile(latencies, 0.99))
  costs.push(cpuEach(before, server.cpu(), COUNT))
}
const sum = costs.map((cost) => cost.sum)
const postgres = costs.map((cost) => cost.postgres)
console.log(`posted: ${spread(rates)}/s, p99 ${spread(p99s, 1)} ms`)
console.log(`CPU each: ${spread(sum, 2)} ms, of it PostgreSQL ${spread(postgres, 2)} ms`)
verdict('posted', median(rates), median(rates) >= 250, '≥ 250/s')

function noteOf(n: number): string {
  return JSON.stringify({
    '@context': 'https://www.w3.org/ns/activitystreams',
    type: 'Note',
    content: `<p>Note ${n}: two herons in the fog, and a third that nobody saw.</p>`,
    to: ['https://www.w3.org/ns/activitystreams#Public'],
    cc: [world.uris.followers(anna.id)],
  })
}

import { Client } from 'undici'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { appOf } from './support/app.ts'
import { cpuEach } from './support/cpu.ts'
import { median, percentile, spread, verdict } from './support/machine.ts'
import { startBenchServer } from './support/server.ts'

// An app of the Mastodon API posts at width 8, for somebody whom nobody follows: each post is read, stored with its activity,
// put into its author's home, and answered as the status that it is.
const COUNT = Number(process.env.COUNT ?? 1500)
const ROUNDS = Number(process.env.ROUNDS ?? 5)
const WIDTH = 8

await using server = await startBenchServer()
const { world } = server.house
const anna = await registerAccount(world, { name: 'anna' })
const headers = { ...(await appOf(server, anna)), 'content-type': 'application/json' }
const path = '/api/v1/statuses'

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
      const answer = await client.request({ method: 'POST', path, headers, body: statusOf(left) })
      const text = await answer.body.text()
      if (answer.statusCode !== 200) throw new Error(`a post was answered ${answer.statusCode}: ${text}`)
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
verdict('answered, p99', median(p99s), median(p99s) <= 60, '≤ 60 ms')

function statusOf(n: number): string {
  return JSON.stringify({ status: `Post ${n}: two herons in the fog, and a third that nobody saw.` })
}

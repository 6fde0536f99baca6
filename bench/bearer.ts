import autocannon from 'autocannon'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { appOf } from './support/app.ts'
import { cpuEach } from './support/cpu.ts'
import { median, spread, verdict } from './support/machine.ts'
import { startBenchServer } from './support/server.ts'

// What it costs to know whose access token came with a request: the same address, at which there is nothing, asked for
// by turns with and without one; 5 rounds of 3 s each after one of warming up.
await using server = await startBenchServer()
const anna = await registerAccount(server.house.world, { name: 'anna' })
const app = await appOf(server, anna)
const url = `${server.origin}/ap/nothing-here`
const without = { accept: 'application/activity+json' }

const costs: number[] = []
const rates: number[] = []
for (let round = 0; round < 6; round++) {
  const bare = await fire(without, round)
  const known = await fire(app, round)
  if (round === 0) continue
  costs.push(known.cpu - bare.cpu)
  rates.push(known.rate)
}
console.log(`with a token: ${spread(rates)} req/s; authentication ${spread(costs, 4)} ms CPU each`)
verdict('authentication', median(costs), median(costs) <= 0.1, '≤ 0.1 ms')

async function fire(headers: Record<string, string>, round: number): Promise<{ rate: number; cpu: number }> {
  const before = server.cpu()
  const result = await autocannon({ url, headers, connections: 16, duration: round === 0 ? 1 : 3 })
  if (result['4xx'] !== result.requests.total || result.errors > 0)
    throw new Error('something was there after all')
  return {
    rate: result.requests.total / result.duration,
    cpu: cpuEach(before, server.cpu(), result.requests.total).sum,
  }
}

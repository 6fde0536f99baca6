import autocannon from 'autocannon'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { publishPost } from '../src/domain/posts/publish.ts'
import { cpuEach } from './support/cpu.ts'
import { median, spread, verdict } from './support/machine.ts'
import { startBareServer } from './support/reference.ts'
import { startBenchServer } from './support/server.ts'

// Public actor and post documents and WebFinger at 16 connections, by turns with a bare node:http server that answers
// as many bytes; 5 rounds of 3 s each after one of warming up.
await using server = await startBenchServer()
const { world } = server.house
const anna = await registerAccount(world, { name: 'anna', displayName: 'Anna' })
const post = await publishPost(world, anna, { text: 'Hello, #world', visibility: 'public', language: 'en' })
const activity = { accept: 'application/activity+json' }
const host = new URL(server.origin).host
const targets = [
  { name: 'actor', url: anna.uri, headers: activity, promised: 30_000 },
  { name: 'post', url: `${server.origin}/ap/posts/${post}`, headers: activity, promised: 30_000 },
  {
    name: 'webfinger',
    url: `${server.origin}/.well-known/webfinger?resource=acct:anna@${host}`,
    headers: {},
    promised: 27_000,
  },
]
const size = (await (await fetch(anna.uri, { headers: activity })).arrayBuffer()).byteLength
await using bare = await startBareServer(size)

interface Round {
  readonly rate: number
  readonly p99: number
  readonly cpu: number
}
const bareRates: number[] = []
const rounds = new Map<string, Round[]>(targets.map(({ name }) => [name, []]))
for (let round = 0; round < 6; round++) {
  const reference = await fire(bare.url, {}, round)
  if (round > 0) bareRates.push(reference.rate)
  for (const { name, url, headers } of targets) {
    const measured = await fire(url, headers, round)
    if (round > 0) rounds.get(name)?.push(measured)
  }
}
console.log(`bare node:http: ${spread(bareRates)} req/s`)
for (const { name, promised } of targets) {
  const of = (pick: (round: Round) => number) => (rounds.get(name) ?? []).map(pick)
  const rates = of((round) => round.rate)
  const ratios = rates.map((rate, n) => rate / (bareRates[n] ?? Number.NaN))
  const p99 = of((round) => round.p99)
  console.log(
    `${name}: ${spread(rates)} req/s, p99 ${spread(p99)} ms, ${spread(
      of((round) => round.cpu),
      4,
    )} ms CPU each, ` + `${spread(ratios, 2)} of bare`,
  )
  verdict(name, median(rates), median(rates) >= promised, `≥ ${promised} req/s`)
  verdict(`${name} p99`, median(p99), median(p99) <= 10, '≤ 10 ms')
}

async function fire(url: string, headers: Record<string, string>, round: number): Promise<Round> {
  const before = server.cpu()
  const result = await autocannon({ url, headers, connections: 16, duration: round === 0 ? 1 : 3 })
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${url}: ${result.non2xx} answers were not 2xx`)
  const total = result.requests.total
  return {
    rate: total / result.duration,
    p99: result.latency.p99,
    cpu: cpuEach(before, server.cpu(), total).sum,
  }
}

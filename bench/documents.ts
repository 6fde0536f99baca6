import autocannon from 'autocannon'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { publishPost } from '../src/domain/posts/publish.ts'
import { cpuEach } from './support/cpu.ts'
import { median, spread, verdict } from './support/machine.ts'
import { startBenchServer } from './support/server.ts'

// Public actor and post documents and WebFinger, 16 connections, 5 rounds of 4 s after one of warming up.
await using server = await startBenchServer()
const { world } = server.house
const anna = await registerAccount(world, { name: 'anna', displayName: 'Anna' })
const post = await publishPost(world, anna, { text: 'Hello, #world', visibility: 'public', language: 'en' })
const activity = { accept: 'application/activity+json' }
const targets = [
  { name: 'actor', path: new URL(anna.uri).pathname, headers: activity, rate: 30_000 },
  { name: 'post', path: `/ap/posts/${post}`, headers: activity, rate: 30_000 },
  {
    name: 'webfinger',
    path: `/.well-known/webfinger?resource=acct:anna@${new URL(server.origin).host}`,
    headers: {},
    rate: 27_000,
  },
]
for (const { name, path, headers, rate } of targets) {
  const rounds: { rate: number; p99: number; cpu: number }[] = []
  for (let round = 0; round < 6; round++) {
    const before = server.cpu()
    const result = await autocannon({
      url: server.origin + path,
      headers,
      connections: 16,
      duration: round === 0 ? 2 : 4,
    })
    if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers were not 2xx`)
    if (round === 0) continue
    const total = result.requests.total
    rounds.push({
      rate: total / result.duration,
      p99: result.latency.p99,
      cpu: cpuEach(before, server.cpu(), total).sum,
    })
  }
  const rates = rounds.map((round) => round.rate)
  console.log(
    `${name}: ${spread(rates)} req/s, p99 ${spread(rounds.map((round) => round.p99))} ms, ${spread(
      rounds.map((round) => round.cpu),
      4,
    )} ms CPU each`,
  )
  verdict(name, median(rates), median(rates) >= rate, `≥ ${rate} req/s`)
  const p99 = median(rounds.map((round) => round.p99))
  verdict(`${name} p99`, p99, p99 <= 10, '≤ 10 ms')
}

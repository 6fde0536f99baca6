import { registerAccount } from '../src/domain/accounts/register.ts'
import { freePort } from '../test/support/process.ts'
import { followFrom, postAndWait, quiet } from './support/fan-out.ts'
import { median, spread, verdict } from './support/machine.ts'
import { startBenchServer } from './support/server.ts'
import { loopback, startSink, startTarpit } from './support/sink.ts'

// The fan-out to 1,000 living hosts, alone and with 1,000 more that hang, refuse or never resolve; by turns, 5 rounds each.
const HOSTS = 1000
const ROUNDS = 5

await using sink = await startSink()
await using tarpit = await startTarpit()
await using server = await startBenchServer()
const { world } = server.house
const living = Array.from({ length: HOSTS }, (_, n) => `http://${loopback(n)}:${sink.port}`)
const refused = await freePort()
const dead = Array.from({ length: HOSTS }, (_, n) => {
  const address = loopback(10_000 + n)
  if (n % 3 === 0) return `http://${address}:${tarpit.port}`
  return n % 3 === 1 ? `http://${address}:${refused}` : `https://never${n}.invalid`
})
const alone = await registerAccount(world, { name: 'alone' })
const among = await registerAccount(world, { name: 'among' })
await followFrom(server, alone, living)
await followFrom(server, among, [...living, ...dead])
await quiet(server, 90_000)
await postAndWait(server, alone, [sink], HOSTS)

const ratios: number[] = []
const times = { alone: [] as number[], among: [] as number[] }
for (let round = 0; round < ROUNDS; round++) {
  // As after a restart: nothing is known of who is dead, which is the worst case.
  await server.db
    .updateTable('host_queue')
    .set({ standing: 'new' })
    .where('standing', '=', 'failing')
    .execute()
  const first = await postAndWait(server, alone, [sink], HOSTS)
  const second = await postAndWait(server, among, [sink], HOSTS)
  times.alone.push(first.lastMs)
  times.among.push(second.lastMs)
  ratios.push(second.lastMs / first.lastMs)
  await quiet(server, 30_000)
}
console.log(
  `living hosts alone: last after ${spread(times.alone)} ms; among dead ones: ${spread(times.among)} ms`,
)
console.log(`ratio ${spread(ratios, 2)}`)
verdict('ratio', median(ratios), median(ratios) <= 1.2, '≤ 1.2')

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { registerAccount } from '../src/domain/accounts/register.ts'
import { makeAuthority } from '../test/support/peer/certificates.ts'
import { type FanOutRound, followFrom, postAndWait, quiet } from './support/fan-out.ts'
import { median, spread, verdict } from './support/machine.ts'
import { signatureMs } from './support/reference.ts'
import { startBenchServer } from './support/server.ts'
import { loopback, startSink } from './support/sink.ts'

// One post to followers on as many hosts without shared inbox, 5 rounds after 2 of warming up.
const HOSTS = 1000
const ROUNDS = 5

console.log(`one RSA-2048 signature on this machine: ${signatureMs().toFixed(2)} ms`)
await overHttp()
await overHttps()
await manyHosts()

async function overHttp(): Promise<void> {
  await using sink = await startSink()
  await using server = await startBenchServer()
  const author = await registerAccount(server.house.world, { name: 'author' })
  await followFrom(
    server,
    author,
    Array.from({ length: HOSTS }, (_, n) => `http://${loopback(n)}:${sink.port}`),
  )
  await quiet(server)
  const rounds = await measure(2, () => postAndWait(server, author, [sink], HOSTS))
  const last = report('http', rounds)
  verdict('last delivery', last, last <= 700, '≤ 700 ms')
  const rate = median(rounds.map((round) => round.perSecond))
  verdict('deliveries per second', rate, rate >= 1500, '≥ 1,500/s')
  const cpu = median(rounds.map((round) => round.cpu.sum))
  verdict('CPU each', cpu, cpu <= 0.65, '≤ 0.65 ms')
}

async function overHttps(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'weft-bench-ca-'))
  try {
    const authority = await makeAuthority()
    await writeFile(join(folder, 'ca.pem'), authority.certificate)
    const certificate = await authority.issue('*.bench.localhost')
    await using sink = await startSink(certificate)
    await using server = await startBenchServer({ NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') })
    const author = await registerAccount(server.house.world, { name: 'author' })
    await followFrom(
      server,
      author,
      Array.from({ length: HOSTS }, (_, n) => `https://h${n}.bench.localhost:${sink.port}`),
    )
    await quiet(server)
    await server.db.updateTable('host').set({ knock: 'cavage' }).execute()
    const cold = await postAndWait(server, author, [sink], HOSTS)
    console.log(`https, cold: ${Math.round(cold.perSecond)}/s, ${cold.cpu.sum.toFixed(2)} ms CPU each`)
    const rounds = await measure(1, () => postAndWait(server, author, [sink], HOSTS))
    report('https, warm', rounds)
    const rate = median(rounds.map((round) => round.perSecond))
    verdict('https, warm', rate, rate >= 1400, '≥ 1,400/s')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function manyHosts(): Promise<void> {
  const hosts = 5000
  await using sink = await startSink()
  await using server = await startBenchServer()
  const author = await registerAccount(server.house.world, { name: 'author' })
  await followFrom(
    server,
    author,
    Array.from({ length: hosts }, (_, n) => `http://${loopback(n)}:${sink.port}`),
  )
  await quiet(server)
  await postAndWait(server, author, [sink], hosts)
  const round = await postAndWait(server, author, [sink], hosts)
  const rss = server.rss() / 1024 ** 2
  console.log(`${hosts} hosts: ${Math.round(round.perSecond)}/s, ${Math.round(rss)} MiB resident`)
  verdict('resident memory after 5,000 hosts', rss, rss <= 400, '≤ 400 MB')
}

async function measure(warm: number, run: () => Promise<FanOutRound>): Promise<FanOutRound[]> {
  for (let round = 0; round < warm; round++) await run()
  const rounds: FanOutRound[] = []
  while (rounds.length < ROUNDS) rounds.push(await run())
  return rounds
}

function report(name: string, rounds: readonly FanOutRound[]): number {
  const last = rounds.map((round) => round.lastMs)
  console.log(
    `${name}: last after ${spread(last)} ms, ${spread(rounds.map((round) => round.perSecond))}/s, CPU each ` +
      `${spread(
        rounds.map((round) => round.cpu.sum),
        2,
      )} ms, of it PostgreSQL ${spread(
        rounds.map((round) => round.cpu.postgres),
        2,
      )}`,
  )
  return median(last)
}

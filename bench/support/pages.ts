import { cpuEach } from './cpu.ts'
import { median, percentile, spread } from './machine.ts'
import { openReader, type Reader } from './reader.ts'
import type { BenchServer } from './server.ts'

const COUNT = Number(process.env.COUNT ?? 3000)
const ROUNDS = Number(process.env.ROUNDS ?? 5)
const WIDTH = 16

/** What reading a page costs when 16 connections, unless told, turn them without a pause; medians of the rounds after one of warming up. */
export interface PageCosts {
  /** a second */
  readonly rate: number
  readonly p99: number
  /** milliseconds of server and PostgreSQL */
  readonly cpu: number
}

export async function measurePages(
  server: BenchServer,
  headers: Readonly<Record<string, string>>,
  what: string,
  pathOf: (n: number) => string,
  { count = COUNT, least = 5000, width = WIDTH } = {},
): Promise<PageCosts> {
  const p99s: number[] = []
  const rates: number[] = []
  const costs: ReturnType<typeof cpuEach>[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const latencies: number[] = []
    let left = count
    const before = server.cpu()
    const began = performance.now()
    const one = async () => {
      const reader = await openReader(server.origin, headers)
      while (left-- > 0) latencies.push(await timed(reader, pathOf(left + round * count)))
      reader.close()
    }
    await Promise.all(Array.from({ length: width }, one))
    if (round === 0) continue
    rates.push((count / (performance.now() - began)) * 1000)
    p99s.push(percentile(latencies, 0.99))
    costs.push(cpuEach(before, server.cpu(), count))
  }
  const cpu = costs.map((cost) => cost.sum)
  const postgres = costs.map((cost) => cost.postgres)
  console.log(`${what}: ${spread(rates)}/s, p99 ${spread(p99s, 1)} ms`)
  console.log(`  CPU each ${spread(cpu, 2)} ms, of it PostgreSQL ${spread(postgres, 2)} ms`)
  return { rate: median(rates), p99: median(p99s), cpu: median(cpu) }

  async function timed(reader: Reader, path: string): Promise<number> {
    const sent = performance.now()
    const { status, size } = await reader.read(path)
    if (status !== 200 || size < least) throw new Error(`${path} was answered ${status}, ${size} bytes`)
    return performance.now() - sent
  }
}

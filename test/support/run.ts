import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { startVitest, type TestCase, type TestModule } from 'vitest/node'

/**
 * The one test command: lint, type check and all tests. Arguments choose test files, as they do for Vitest; lint and
 * type check are left out then. Ends with one line, `N passed, N failed`, in which lint and type check count as one
 * each.
 */
interface Tally {
  passed: number
  failed: number
  readonly skipped: string[]
}

const filters = process.argv.slice(2)
const tally: Tally = { passed: 0, failed: 0, skipped: [] }
if (filters.length === 0) {
  check('lint', 'biome', ['check', '.'])
  check('types', 'tsc', ['--noEmit'])
}
await runTests(filters)
for (const line of tally.skipped) console.log(`skipped: ${line}`)
console.log(`${tally.passed} passed, ${tally.failed} failed`)
process.exit(tally.failed === 0 ? 0 : 1)

function check(name: string, program: string, args: readonly string[]): void {
  console.log(`${name}: ${program} ${args.join(' ')}`)
  const root = join(import.meta.dirname, '../..')
  const { status } = spawnSync(join(root, 'node_modules/.bin', program), args, {
    cwd: root,
    stdio: 'inherit',
  })
  if (status === 0) tally.passed++
  else tally.failed++
}

async function runTests(files: string[]): Promise<void> {
  const vitest = await startVitest(files, { watch: false, run: true })
  const modules = vitest.state.getTestModules()
  for (const module of modules) countModule(module)
  const loose = vitest.state.getUnhandledErrors().length
  if (loose > 0) console.log(`${loose} errors that no test caught`)
  tally.failed += loose
  if (modules.length === 0) {
    console.log('no test was found')
    tally.failed++
  }
  await vitest.close()
}

function countModule(module: TestModule): void {
  const tests = [...module.children.allTests()]
  for (const test of tests) countTest(module, test)
  // A file or a group that fails outside of its tests, such as in an import or a hook, fails once itself.
  if (!module.ok() && !tests.some((test) => test.result().state === 'failed')) tally.failed++
}

function countTest(module: TestModule, test: TestCase): void {
  const result = test.result()
  if (result.state === 'passed') tally.passed++
  else if (result.state === 'failed') tally.failed++
  else if (result.state === 'skipped') {
    tally.skipped.push(
      `${module.relativeModuleId}: ${test.fullName}${result.note ? ` (${result.note})` : ''}`,
    )
  } else {
    console.log(`never ended: ${test.fullName}`)
    tally.failed++
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { describeMachine } from './support/machine.ts'

/** `npm run bench -- NAME …`: runs benchmarks one after the other, the load on CPU 1; what they measure runs on CPU 0. */
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => basename(file, '.ts'))
const asked = process.argv.slice(2)
const chosen = asked[0] === 'all' ? names : asked
if (chosen.length === 0 || !chosen.every((name) => names.includes(name))) {
  console.error(`Say which: ${names.join(', ')}, or all.`)
  process.exit(1)
}

const pinned = existsSync('/usr/bin/taskset') && availableParallelism() > 1
console.log(await describeMachine())
console.log(
  pinned
    ? 'server and PostgreSQL on CPU 0, load on CPU 1; fsync on'
    : 'not pinned: this needs taskset and two cores, so take the figures with care',
)
for (const name of chosen) {
  console.log(`\n== ${name}`)
  const command = [process.execPath, join(import.meta.dirname, `${name}.ts`)]
  const [program = '', ...args] = pinned ? ['taskset', '-c', '1', ...command] : command
  const child = spawn(program, args, {
    stdio: 'inherit',
    env: { ...process.env, BENCH_PINNED: pinned ? '1' : '' },
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) process.exitCode = 1
}

import type { Command } from 'commander'
import { listFailed, retryFailed } from '../jobs/failed.ts'
import { type CommonOptions, finish, print, UsageError } from './command.ts'
import { withDatabase } from './house.ts'

interface RetryOptions extends CommonOptions {
  readonly all?: boolean
}

/** `weft deliveries …` */
export function deliveryCommands(program: Command): void {
  const deliveries = program
    .command('deliveries')
    .description('work that was given up after it had failed too long')
  finish(deliveries.command('failed').description('lists it, latest first'), failed)
  finish(
    deliveries
      .command('retry')
      .description('tries again from the beginning')
      .argument('[ids...]', 'as weft deliveries failed shows them')
      .option('--all', 'everything that was given up'),
    retry,
  )
}

async function failed(options: CommonOptions): Promise<void> {
  await withDatabase(async ({ db }) => {
    const rows = await listFailed(db, 1000)
    for (const row of rows) {
      const when = row.diedAt.toISOString()
      print(
        options,
        row,
        `${row.id}\t${when}\t${row.kind}\t${row.about ?? ''}\t${row.attempts} tries: ${row.reason}`,
      )
    }
    if (rows.length === 0 && !options.json) print(options, null, 'Nothing was given up.')
  })
}

async function retry(ids: readonly string[], options: RetryOptions): Promise<void> {
  if (!options.all && ids.length === 0) throw new UsageError('Say which: some ids, or --all.')
  const odd = ids.find((id) => !/^[dj]\d{1,18}$/.test(id))
  if (odd !== undefined)
    throw new UsageError(`${odd} is no id of work that was given up: weft deliveries failed shows them.`)
  await withDatabase(async ({ db }) => {
    const count = await retryFailed(db, options.all ? 'all' : ids)
    print(options, { retried: count }, `${count} will be tried again.`)
  })
}

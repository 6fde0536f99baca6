import type { Command } from 'commander'
import { environment, readConfig } from '../config.ts'
import { migrate, pendingMigrations } from '../db/migrate.ts'
import { hasOwner } from '../views/instance.ts'
import { type CommonOptions, finish, print } from './command.ts'
import { examine } from './examine.ts'
import { withDatabase, withHouse } from './house.ts'

/** `weft migrate`, `weft doctor` */
export function operatorCommands(program: Command): void {
  finish(
    program.command('migrate').description('brings the database up to date; safe while servers run'),
    migrateNow,
  )
  finish(program.command('doctor').description('looks for what keeps this server from working well'), doctor)
}

async function migrateNow(options: CommonOptions): Promise<void> {
  await withDatabase(async ({ db }) => {
    const done = await migrate(db)
    const text = done.length === 0 ? 'The database is up to date.' : `Brought up to date: ${done.join(', ')}`
    print(options, { migrations: done }, text)
  })
}

async function doctor(options: CommonOptions): Promise<void> {
  const config = readConfig(environment())
  await withHouse(async (house) => {
    const findings = await examine(config, {
      db: house.world.db,
      pending: await pendingMigrations(house.world.db),
      hasOwner: await hasOwner(house.world.db),
      films: house.films,
    })
    for (const finding of findings) {
      print(options, finding, `${finding.ok ? 'ok  ' : 'look'}  ${finding.sentence}`)
    }
    if (findings.some((finding) => !finding.ok && finding.grave)) process.exitCode = 1
  })
}

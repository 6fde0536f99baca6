import type { Command } from 'commander'
import { listRelays } from '../domain/relays/find.ts'
import { addRelay, removeRelay } from '../domain/relays/relay.ts'
import { type CommonOptions, finish, print } from './command.ts'
import { withHouse } from './house.ts'

/** `weft relay add|remove|list` */
export function relayCommands(program: Command): void {
  const relay = program.command('relay').description('relays, which pass on public posts of many servers')
  finish(
    relay
      .command('add')
      .description('asks a relay; public posts of people here go to it as well')
      .argument('<url>', 'its inbox (Mastodon’s kind), or its actor (LitePub’s)'),
    add,
  )
  finish(relay.command('remove').description('leaves a relay').argument('<url>'), remove)
  finish(relay.command('list').description('lists the relays, and whether they have accepted'), list)
}

async function add(url: string, options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    const { state, kind } = await addRelay(world, url)
    print(options, { url, kind, state }, `${url} is asked.`)
  })
}

async function remove(url: string, options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    await removeRelay(world, url)
    print(options, { url, state: 'none' }, `${url} is left.`)
  })
}

async function list(options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    for (const { url, kind, state, createdAt } of await listRelays(world.db))
      print(options, { url, kind, state, since: createdAt }, `${url}\t${kind}\t${state}`)
  })
}

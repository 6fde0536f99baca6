import type { Command } from 'commander'
import type { Account } from '../domain/accounts/account.ts'
import { addAlias, removeAlias } from '../domain/accounts/aliases.ts'
import { deleteAccount } from '../domain/accounts/delete.ts'
import { cancelMove, moveAccount } from '../domain/accounts/move.ts'
import type { House } from '../house.ts'
import { viewAccount } from '../views/accounts.ts'
import { type CommonOptions, finish, print, UsageError } from './command.ts'
import { requireAnyone } from './follow.ts'
import { requirePerson, withHouse } from './house.ts'

interface MoveOptions extends CommonOptions {
  readonly cancel?: boolean
}

/** `weft alias`, `weft move`, `weft account delete` */
export function moveCommands(program: Command): void {
  finish(
    program
      .command('alias')
      .description('says in public which other accounts are the same person, so that they can move here')
      .argument('<name>', 'an account here')
      .argument('<what>', 'add, remove or list')
      .argument('[other]', '@name@old.host, or the id of its actor'),
    alias,
  )
  finish(
    program
      .command('move')
      .description('moves an account elsewhere; the new account must name this one among its aliases')
      .argument('<name>', 'an account here')
      .argument('[other]', '@name@new.host')
      .option('--cancel', 'is at home here again'),
    move,
  )
  const account = program.commands.find((command) => command.name() === 'account')
  if (!account) throw new Error('the commands of accounts come first')
  finish(
    account
      .command('delete')
      .description('deletes an account for good, with all that it said, and tells every server')
      .argument('<name>')
      .requiredOption('--yes', 'there is no way back'),
    remove,
  )
}

async function alias(
  name: string,
  what: string,
  other: string | undefined,
  options: CommonOptions,
): Promise<void> {
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    if (what === 'add') await addAlias(house.world, account, await requireFresh(house, other))
    else if (what === 'remove') await removeAlias(house.world, account, await uriOf(house, other))
    else if (what !== 'list') throw new UsageError('Say add, remove or list.')
    const aliases = (await viewAccount(house.world.db, account.id))?.alsoKnownAs ?? []
    print(options, { name: account.name, aliases }, aliases.join('\n') || `${name} has no aliases.`)
  })
}

async function move(name: string, other: string | undefined, options: MoveOptions): Promise<void> {
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    if (options.cancel) {
      await cancelMove(house.world, account)
      print(options, { name: account.name, movedTo: null }, `${name} is at home here again.`)
      return
    }
    const target = await requireFresh(house, other)
    await moveAccount(house.world, account, target)
    print(options, { name: account.name, movedTo: target.uri }, `${name} has moved to ${other}.`)
  })
}

async function remove(name: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    await deleteAccount(house.world, account)
    print(options, { id: account.id, name: account.name, deleted: true }, `${name} is deleted.`)
  })
}

/** Somebody as their own server describes them at this moment. */
async function requireFresh(house: House, text: string | undefined): Promise<Account> {
  if (text === undefined) throw new UsageError('Say which account: @name@host.')
  const found = text.startsWith('http')
    ? await house.world.directory.findByUri(text)
    : await requireAnyone(house, text)
  const fresh = found && (found.local ? found : await house.directory.refreshActor(found.uri))
  if (!fresh || fresh === 'gone') throw new UsageError(`Nobody answers to ${text}.`)
  return fresh
}

/** An alias may be gone by the time that it is taken away, so an address is taken as it stands. */
async function uriOf(house: House, text: string | undefined): Promise<string> {
  if (text?.startsWith('http')) return text
  return (await requireFresh(house, text)).uri
}

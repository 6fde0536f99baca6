import type { Command } from 'commander'
import { issueToken } from '../domain/grants/issue.ts'
import { scopesFrom, textOf } from '../domain/grants/scopes.ts'
import { type CommonOptions, finish, print, UsageError } from './command.ts'
import { requirePerson, withHouse } from './house.ts'

interface CreateOptions extends CommonOptions {
  readonly scope: string
}

/** `weft token …` */
export function tokenCommands(program: Command): void {
  const token = program.command('token').description('access tokens of the client API')
  finish(
    token
      .command('create')
      .description('prints an access token that does not run out')
      .argument('<name>')
      .option('--scope <scopes>', 'what it may do', 'read write follow push'),
    create,
  )
}

async function create(name: string, options: CreateOptions): Promise<void> {
  const scopes = scopesFrom(options.scope)
  const asked = options.scope.split(/\s+/).filter(Boolean)
  const unknown = asked.find((word) => !scopes.words.includes(word))
  if (unknown !== undefined) throw new UsageError(`There is no scope ${unknown}.`)
  if (asked.length === 0) throw new UsageError('A token needs a scope.')
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    const { accessToken } = await issueToken(house.world, { accountId: account.id, scopes })
    print(
      options,
      { accessToken, account: account.name, scope: textOf(scopes), tokenType: 'Bearer' },
      accessToken,
    )
  })
}

import { type Command, Option } from 'commander'
import type { AccountId } from '../base/ids.ts'
import type { Role } from '../domain/accounts/account.ts'
import { setPassword } from '../domain/accounts/change-password.ts'
import { checkPassword } from '../domain/accounts/password.ts'
import { registerAccount } from '../domain/accounts/register.ts'
import { findWaitingByName } from '../domain/accounts/registration-find.ts'
import { resetSecondFactors } from '../domain/accounts/second-factor.ts'
import { updateAccount } from '../domain/accounts/update.ts'
import { answerNewcomer } from '../domain/moderation/decide.ts'
import type { World } from '../domain/world.ts'
import { listLocalAccounts } from '../views/accounts.ts'
import { type CommonOptions, finish, print, readStdin, UsageError } from './command.ts'
import { requirePerson, withHouse } from './house.ts'

interface CreateOptions extends CommonOptions {
  readonly displayName?: string
  readonly email?: string
  readonly passwordStdin?: boolean
  readonly role: Role
  readonly approveFollowers?: boolean
  readonly bot?: boolean
}

interface UpdateOptions extends CommonOptions {
  readonly displayName?: string
  readonly bio?: string
  readonly approveFollowers?: boolean
}

/** `weft account …` */
export function accountCommands(program: Command): void {
  const account = program.command('account').description('the people of this server')
  finish(
    account
      .command('create')
      .description('creates an account')
      .argument('<name>', 'letters, digits and underscores, 30 at most')
      .option('--display-name <name>', 'the name that people read')
      .option('--email <address>')
      .option('--password-stdin', 'reads the password from standard input; without one nobody can sign in')
      .option('--approve-followers', 'followers wait until they are accepted by hand')
      .option('--bot', 'acts by itself')
      .addOption(
        new Option('--role <role>').choices(['owner', 'admin', 'moderator', 'user']).default('user'),
      ),
    create,
  )
  finish(
    account
      .command('list')
      .description('lists the accounts of this server')
      .option('--waiting', 'only those that wait to be let in'),
    list,
  )
  finish(
    account.command('approve').description('lets somebody in who waits for that').argument('<name>'),
    approve,
  )
  finish(
    account
      .command('reject')
      .description('turns away somebody who waits to be let in; nothing is left of them')
      .argument('<name>'),
    reject,
  )
  finish(
    account
      .command('update')
      .description('changes a profile')
      .argument('<name>')
      .option('--display-name <name>')
      .option('--bio <text>')
      .option('--approve-followers', 'followers wait until they are accepted by hand')
      .option('--no-approve-followers', 'whoever wants to follow may'),
    update,
  )
  finish(
    account
      .command('password')
      .description('gives an account a new password; all its sessions end, and all that apps were given')
      .argument('<name>')
      .requiredOption('--password-stdin', 'reads the password from standard input'),
    password,
  )
  finish(
    account
      .command('reset-second-factor')
      .description(
        'for who has lost them: removes authenticator app, passkeys and recovery codes; all else ends',
      )
      .argument('<name>'),
    resetSecondFactor,
  )
}

async function password(name: string, options: CommonOptions): Promise<void> {
  const typed = readStdin()
  if (typed === '') throw new UsageError('There was no password on standard input.')
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    await setPassword(house.world, account, typed)
    print(
      options,
      { id: account.id, name: account.name },
      `${account.name} has a new password, and is signed out everywhere.`,
    )
  })
}

async function resetSecondFactor(name: string, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    const { had } = await resetSecondFactors(house.world, account.id)
    print(
      options,
      { id: account.id, name: account.name, had },
      had
        ? `${account.name} signs in with the password alone from now on, and is signed out everywhere.`
        : `${account.name} had no second factor, and is signed out everywhere.`,
    )
  })
}

async function create(name: string, options: CreateOptions): Promise<void> {
  const password = options.passwordStdin ? readStdin() : undefined
  if (password === '') throw new UsageError('There was no password on standard input.')
  if (password !== undefined) checkPassword(password, [name])
  await withHouse(async ({ world }) => {
    const account = await registerAccount(world, {
      name,
      role: options.role,
      manuallyApprovesFollowers: options.approveFollowers ?? false,
      bot: options.bot ?? false,
      ...(options.displayName !== undefined && { displayName: options.displayName }),
      ...(options.email !== undefined && { email: options.email }),
      ...(password !== undefined && { password }),
    })
    const handle = `${account.name}@${world.uris.handleHost}`
    print(
      options,
      { id: account.id, name: account.name, handle, url: account.url, actor: account.uri },
      `${handle} is created: ${account.url}`,
    )
  })
}

async function approve(name: string, options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    const waiting = await requireWaiting(world, name)
    await answerNewcomer(world, null, waiting.id, 'approve')
    const rest = waiting.confirmedAt === null ? ', and comes in once the e-mail address is confirmed' : ''
    print(options, { id: waiting.id, name: waiting.name }, `${waiting.name} is approved${rest}.`)
  })
}

async function reject(name: string, options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    const waiting = await requireWaiting(world, name)
    await answerNewcomer(world, null, waiting.id, 'reject')
    print(options, { id: waiting.id, name: waiting.name }, `${waiting.name} is turned away.`)
  })
}

async function requireWaiting({ db }: World, name: string) {
  const waiting = await findWaitingByName(db, name.replace(/^@/, ''))
  if (!waiting) throw new UsageError(`Nobody called ${name} waits to be let in.`)
  return waiting
}

async function list(options: CommonOptions & { readonly waiting?: boolean }): Promise<void> {
  await withHouse(async ({ world }) => {
    for (let maxId: AccountId | undefined; ; ) {
      const page = await listLocalAccounts(world.db, { limit: 100, ...(maxId && { maxId }) })
      for (const { account, role, email, seenAt, waitsFor, reason } of page.items) {
        const { posts, followers } = account.counts
        const { id, name } = account
        if (waitsFor) {
          const waiting = { id, name, email, waitsFor, reason, createdAt: account.createdAt }
          print(options, waiting, `${name}\twaits for ${waitsFor}\t${email ?? ''}\t${reason ?? ''}`)
          continue
        }
        if (options.waiting) continue
        print(
          options,
          { id, name, role, email, posts, followers, seenAt },
          `${account.name}\t${role}\t${posts} posts\t${followers} followers\tseen ${seenAt.toISOString().slice(0, 10)}`,
        )
      }
      if (!page.next) return
      maxId = page.next as AccountId
    }
  })
}

async function update(name: string, options: UpdateOptions): Promise<void> {
  await withHouse(async (house) => {
    const account = await requirePerson(house, name)
    await updateAccount(house.world, account, {
      ...(options.displayName !== undefined && { displayName: options.displayName }),
      ...(options.bio !== undefined && { bio: options.bio }),
      ...(options.approveFollowers !== undefined && { manuallyApprovesFollowers: options.approveFollowers }),
    })
    print(options, { id: account.id, name: account.name }, `${account.name} is changed.`)
  })
}

import { type Command, Option } from 'commander'
import { type EmailDomainBlockId, type IpBlockId, readId } from '../base/ids.ts'
import { refuse } from '../base/refusal.ts'
import type { IpSeverity } from '../db/tables/admin.ts'
import { blockEmailDomain, unblockEmailDomain } from '../domain/moderation/email-blocks.ts'
import { blockIp, unblockIp } from '../domain/moderation/ip-blocks.ts'
import { listEmailDomainBlocks, listIpBlocks } from '../views/entry-rules.ts'
import { type CommonOptions, finish, print, UsageError } from './command.ts'
import { withHouse } from './house.ts'

interface IpOptions extends CommonOptions {
  readonly severity: keyof typeof SEVERITIES
  readonly comment?: string
  readonly hours?: string
}

const SEVERITIES = {
  approve: 'sign_up_requires_approval',
  'sign-up': 'sign_up_block',
  all: 'no_access',
} as const satisfies Record<string, IpSeverity>

/** As many as anybody wants to read. */
const ALL = { limit: 10_000 }

/** `weft ip …` and `weft email-domain …`: who may not come in. */
export function entryCommands(program: Command): void {
  const ip = program.command('ip').description('networks that may not come in')
  finish(
    ip
      .command('block')
      .description('keeps out whoever comes from there')
      .argument('<network>', 'as 192.0.2.0/24, or one address')
      .addOption(
        new Option(
          '--severity <severity>',
          'approve lets nobody in unseen, sign-up lets nobody in, all ends all access',
        )
          .choices(Object.keys(SEVERITIES))
          .default('sign-up'),
      )
      .option('--comment <text>', 'why, for those who look after this server')
      .option('--hours <n>', 'for so long; for ever, when not said'),
    block,
  )
  finish(ip.command('list').description('lists what is decided'), list)
  finish(ip.command('unblock').description('takes it back').argument('<id>'), unblock)

  const email = program
    .command('email-domain')
    .description('domains whose addresses nobody may register with')
  finish(email.command('block').argument('<domain>', 'everything below it, too'), blockDomain)
  finish(email.command('list'), listDomains)
  finish(email.command('unblock').argument('<id>'), unblockDomain)
}

async function block(network: string, options: IpOptions): Promise<void> {
  const { comment, hours } = options
  if (hours !== undefined && !/^[1-9]\d{0,5}$/.test(hours)) throw new UsageError('Hours are a number.')
  await withHouse(async ({ world }) => {
    const id = await blockIp(world, null, {
      address: network,
      severity: SEVERITIES[options.severity],
      comment,
      expiresInSeconds: hours === undefined ? null : Number(hours) * 3600,
    })
    print(options, { id, network, severity: options.severity }, `${id}: ${network} may not come in.`)
  })
}

async function list(options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    for (const one of await listIpBlocks(world.db, ALL)) {
      const until = one.expiresAt === null ? '' : `until ${one.expiresAt.toISOString()}`
      print(options, one, [one.id, one.address, one.severity, one.comment, until].join('\t'))
    }
  })
}

async function unblock(id: string, options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    await unblockIp(world, null, readId<IpBlockId>(id) ?? refuse('not-found'))
    print(options, { id }, `${id} is no longer blocked.`)
  })
}

async function blockDomain(domain: string, options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    const id = await blockEmailDomain(world, null, domain)
    print(options, { id, domain }, `${id}: nobody registers with an address of ${domain}.`)
  })
}

async function listDomains(options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    for (const one of await listEmailDomainBlocks(world.db, ALL))
      print(options, one, [one.id, one.domain].join('\t'))
  })
}

async function unblockDomain(id: string, options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    await unblockEmailDomain(world, null, readId<EmailDomainBlockId>(id) ?? refuse('not-found'))
    print(options, { id }, `${id} is no longer blocked.`)
  })
}

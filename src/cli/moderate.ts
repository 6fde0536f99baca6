import { Argument, type Command, Option } from 'commander'
import { handleForPeople } from '../base/handles.ts'
import { type ReportId, readId } from '../base/ids.ts'
import { refuse } from '../base/refusal.ts'
import type { DomainSeverity } from '../db/tables/moderation.ts'
import type { Account, Role } from '../domain/accounts/account.ts'
import { preferTellingOfBlocks } from '../domain/blocks/block.ts'
import { blockDomainFor, unblockDomainFor } from '../domain/blocks/domain.ts'
import { findActs } from '../domain/moderation/acts-find.ts'
import { decideAbout, liftFrom } from '../domain/moderation/decide.ts'
import {
  allowDomain,
  disallowDomain,
  putDomainBlock,
  removeDomainBlock,
} from '../domain/moderation/domain-decisions.ts'
import { findAllowed } from '../domain/moderation/entry-find.ts'
import { findDomainBlocks } from '../domain/moderation/find.ts'
import { closeReport } from '../domain/moderation/handle-report.ts'
import { giveRole } from '../domain/moderation/roles.ts'
import type { World } from '../domain/world.ts'
import { findAllowOf } from '../views/entry-rules.ts'
import { listReports } from '../views/reports.ts'
import { type CommonOptions, finish, print, UsageError } from './command.ts'
import { requireAnyone } from './follow.ts'
import { requirePerson, withHouse } from './house.ts'

interface DomainOptions extends CommonOptions {
  readonly severity: DomainSeverity
  readonly rejectMedia?: boolean
  readonly rejectReports?: boolean
  readonly obfuscate?: boolean
  readonly publicComment?: string
  readonly comment?: string
  readonly for?: string
}

/** `weft domain …`, `weft account suspend|unsuspend|limit|unlimit|tell-of-blocks`, `weft reports …` */
export function moderationCommands(program: Command): void {
  domainCommands(program)
  const account = program.commands.find((command) => command.name() === 'account')
  for (const [name, description, work, text] of holds) {
    const command = account?.command(name).description(description).argument('<who>', 'NAME or @who@host')
    if (command) finish(command, (who: string, options: CommonOptions) => hold(who, options, work, text))
  }
  const telling = account
    ?.command('tell-of-blocks')
    .description('whether other servers are told when an account blocks somebody there; they are by default')
    .argument('<name>')
    .addOption(new Option('--no', 'tells nobody'))
  if (telling) finish(telling, tellOfBlocks)
  const giving = account
    ?.command('role')
    .description('says who looks after this server')
    .argument('<name>')
    .addArgument(new Argument('<role>').choices(['admin', 'moderator', 'user']))
  if (giving) finish(giving, role)
  finish(
    program
      .command('log')
      .description('lists who decided what, the newest first')
      .option('--limit <n>', 'so many', '100'),
    log,
  )
  const reports = program.command('reports').description('what was complained of')
  finish(
    reports
      .command('list', { isDefault: true })
      .description('lists reports')
      .option('--all', 'resolved ones, too'),
    showReports,
  )
  finish(reports.command('resolve').description('marks a report as looked into').argument('<id>'), resolve)
}

function domainCommands(program: Command): void {
  const domain = program.command('domain').description('other servers that this one keeps away from')
  const forOne = 'only for this account, and nothing but that'
  finish(
    domain
      .command('block')
      .description('decides about a domain and everything below it')
      .argument('<domain>')
      .addOption(
        new Option('--severity <severity>', 'suspend ends all contact, limit hides its people from strangers')
          .choices(['none', 'limit', 'suspend'])
          .default('suspend'),
      )
      .option('--reject-media', 'takes no pictures, sounds and films from there')
      .option('--reject-reports', 'takes no reports from there')
      .option('--obfuscate', 'where blocks are public, shows the name in part only')
      .option('--public-comment <text>', 'why, for everybody')
      .option('--comment <text>', 'why, for those who look after this server')
      .option('--for <name>', forOne),
    block,
  )
  finish(
    domain
      .command('unblock')
      .description('takes the decision back')
      .argument('<domain>')
      .option('--for <name>', forOne),
    unblock,
  )
  finish(domain.command('list').description('lists what is decided'), list)
  const allowing = 'with WEFT_FEDERATION=allowed: '
  finish(
    domain.command('allow').description(`${allowing}has contact with it and all below`).argument('<domain>'),
    allow,
  )
  finish(
    domain.command('disallow').description(`${allowing}has no contact any more`).argument('<domain>'),
    disallow,
  )
  finish(domain.command('allowed').description(`${allowing}lists who there is contact with`), listAllowed)
}

async function block(domain: string, options: DomainOptions): Promise<void> {
  await withHouse(async (house) => {
    if (options.for !== undefined) {
      await blockDomainFor(house.world, await requirePerson(house, options.for), domain)
      print(options, { domain, for: options.for }, `${options.for} blocks ${domain}.`)
      return
    }
    const kept = await putDomainBlock(house.world, null, domain, {
      severity: options.severity,
      rejectMedia: options.rejectMedia ?? false,
      rejectReports: options.rejectReports ?? false,
      obfuscate: options.obfuscate ?? false,
      publicComment: options.publicComment ?? '',
      privateComment: options.comment ?? '',
    })
    print(options, { domain: kept, severity: options.severity }, `${kept}: ${options.severity}.`)
  })
}

async function unblock(domain: string, options: DomainOptions): Promise<void> {
  await withHouse(async (house) => {
    if (options.for === undefined) await removeDomainBlock(house.world, null, domain)
    else await unblockDomainFor(house.world, await requirePerson(house, options.for), domain)
    print(options, { domain, severity: null }, `${domain} is no longer blocked.`)
  })
}

async function allow(domain: string, options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    const kept = await allowDomain(world, null, domain)
    print(options, { domain: kept }, `${kept} is allowed.`)
  })
}

async function disallow(domain: string, options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    const known = await findAllowOf(world.db, domain.trim().toLowerCase())
    await disallowDomain(world, null, known?.id ?? refuse('not-found'))
    print(options, { domain }, `${domain} is no longer allowed.`)
  })
}

async function listAllowed(options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    for (const domain of await findAllowed(world.db)) print(options, { domain }, domain)
  })
}

async function list(options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    for (const one of await findDomainBlocks(world.db)) {
      const more = [one.rejectMedia && 'no media', one.rejectReports && 'no reports', one.privateComment]
      print(options, one, [one.domain, one.severity, ...more.filter(Boolean)].join('\t'))
    }
  })
}

type Work = (world: World, account: Account) => Promise<void>

const holds: readonly (readonly [name: string, description: string, work: Work, text: string])[] = [
  [
    'suspend',
    'hides somebody, from here or elsewhere, and all that they said',
    (world, { id }) => decideAbout(world, null, id, { action: 'suspend' }),
    'is suspended',
  ],
  [
    'unsuspend',
    'shows them again',
    (world, { id }) => liftFrom(world, null, id, 'suspend'),
    'is no longer suspended',
  ],
  [
    'limit',
    'hides somebody from all who do not follow them',
    (world, { id }) => decideAbout(world, null, id, { action: 'silence' }),
    'is limited',
  ],
  [
    'unlimit',
    'shows them again',
    (world, { id }) => liftFrom(world, null, id, 'silence'),
    'is no longer limited',
  ],
  [
    'disable',
    'keeps somebody here from signing in; what they said stays',
    (world, { id }) => decideAbout(world, null, id, { action: 'disable' }),
    'cannot sign in',
  ],
  [
    'enable',
    'lets them sign in again',
    (world, { id }) => liftFrom(world, null, id, 'disable'),
    'can sign in again',
  ],
  [
    'cover',
    'shows the pictures and films of somebody only to who asks for them',
    (world, { id }) => decideAbout(world, null, id, { action: 'sensitive' }),
    'is covered',
  ],
  [
    'uncover',
    'shows them again',
    (world, { id }) => liftFrom(world, null, id, 'sensitive'),
    'is no longer covered',
  ],
]

async function hold(who: string, options: CommonOptions, work: Work, text: string): Promise<void> {
  await withHouse(async (house) => {
    const account = who.replace(/^@/, '').includes('@')
      ? await requireAnyone(house, who)
      : await requirePerson(house, who)
    await work(house.world, account)
    print(options, { account: account.uri, state: text }, `${who} ${text}.`)
  })
}

async function tellOfBlocks(name: string, options: CommonOptions & { readonly no?: boolean }): Promise<void> {
  await withHouse(async (house) => {
    const tells = !options.no
    await preferTellingOfBlocks(house.world, await requirePerson(house, name), tells)
    print(options, { name, tells }, `Others are ${tells ? '' : 'not '}told whom ${name} blocks.`)
  })
}

async function role(name: string, given: Role, options: CommonOptions): Promise<void> {
  await withHouse(async (house) => {
    await giveRole(house.world, null, (await requirePerson(house, name)).id, given)
    print(options, { name, role: given }, `${name} is ${given}.`)
  })
}

async function log(options: CommonOptions & { readonly limit: string }): Promise<void> {
  if (!/^[1-9]\d{0,4}$/.test(options.limit)) throw new UsageError('A limit is a number from 1 to 99999.')
  await withHouse(async ({ world }) => {
    for (const act of await findActs(world.db, { limit: Number(options.limit) })) {
      const { createdAt, by, subject, details } = act
      print(options, act, [createdAt.toISOString(), by ?? '-', act.act, subject, details].join('\t'))
    }
  })
}

async function showReports(options: CommonOptions & { readonly all?: boolean }): Promise<void> {
  await withHouse(async ({ world: { db, uris } }) => {
    for (let maxId: ReportId | undefined; ; ) {
      const page = await listReports(db, {
        limit: 100,
        resolved: options.all ?? false,
        ...(maxId && { maxId }),
      })
      for (const { target, reporter, ...report } of page.items) {
        const about = `@${handleForPeople(target, uris.handleHost)}`
        const by = report.host ?? (reporter ? `@${handleForPeople(reporter, uris.handleHost)}` : '?')
        const text = [report.id, about, `from ${by}`, report.comment, ...report.postUris].join('\t')
        print(options, { ...report, target: target.uri, by }, text)
      }
      if (!page.next) return
      maxId = page.next as ReportId
    }
  })
}

async function resolve(idText: string, options: CommonOptions): Promise<void> {
  const id = readId<ReportId>(idText)
  if (id === undefined) throw new UsageError('That is no id of a report.')
  await withHouse(async ({ world }) => {
    await closeReport(world, null, id)
    print(options, { id, state: 'resolved' }, `Report ${id} is resolved.`)
  })
}

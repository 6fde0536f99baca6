import type { Command } from 'commander'
import { profileOf } from '../federation/host-profile.ts'
import { findHost, type HostView, listHosts } from '../jobs/host-list.ts'
import { type CommonOptions, finish, print, UsageError } from './command.ts'
import { withDatabase } from './house.ts'

interface HostsOptions extends CommonOptions {
  readonly troubled?: boolean
}

const PAGE = 500

/** `weft hosts` */
export function hostCommands(program: Command): void {
  finish(
    program
      .command('hosts')
      .description('shows what is known of other servers: all of them in a line each, or one in full')
      .argument('[host]', 'such as mastodon.social')
      .option('--troubled', 'only those that fail, or were given up'),
    hosts,
  )
}

async function hosts(name: string | undefined, options: HostsOptions): Promise<void> {
  await withDatabase(async ({ db }) => {
    if (name !== undefined) {
      const host = await findHost(db, name)
      if (!host) throw new UsageError(`Nothing is known of ${name}.`)
      print(options, host, inFull(host))
      return
    }
    if (!options.json)
      print(options, null, HEADINGS.map((text, at) => text.padEnd(WIDTHS[at] ?? 0)).join(' '))
    for (let after: string | undefined; ; ) {
      const page = await listHosts(db, {
        limit: PAGE,
        troubled: options.troubled ?? false,
        ...(after !== undefined && { after }),
      })
      for (const host of page) print(options, host, inALine(host))
      if (page.length < PAGE) return
      after = page.at(-1)?.name
    }
  })
}

const HEADINGS = ['host', 'state', 'software', 'signature', 'waiting', 'delivered', 'heard']
const WIDTHS = [32, 8, 24, 9, 7, 10, 10]

function inALine(host: HostView): string {
  const cells = [
    host.name,
    host.state,
    softwareOf(host),
    host.knock,
    String(host.waiting),
    day(host.lastSuccessAt),
    day(host.heardAt),
  ]
  return cells
    .map((text, at) => text.padEnd(WIDTHS[at] ?? 0))
    .join(' ')
    .trimEnd()
}

function inFull(host: HostView): string {
  const rows: [string, string][] = [
    ['state', stateOf(host)],
    ['software', `${softwareOf(host)}${host.askedAt ? ` (asked ${minute(host.askedAt)})` : ''}`],
    ['signature', host.knock],
    ['accounts', `${host.accounts} known here, in ${host.inboxes} inboxes`],
    ['shared inbox', host.sharedInbox ?? 'none known'],
    ['delivered', minute(host.lastSuccessAt)],
    ['failed', `${minute(host.lastFailureAt)}${host.lastError ? `: ${host.lastError}` : ''}`],
    ['heard of', minute(host.heardAt)],
    [
      'waiting',
      `${host.waiting} deliveries${host.waiting > 0 ? `, next try ${minute(host.nextTryAt)}` : ''}`,
    ],
  ]
  if (!profileOf(host.name).signedContent) rows.push(['gets', 'activities without signatures within them'])
  return [host.name, ...rows.map(([name, text]) => `  ${name.padEnd(13)} ${text}`)].join('\n')
}

function stateOf({ state, failures, failingSince }: HostView): string {
  if (state === 'good') return 'good: it answered last time'
  if (state === 'new') return 'new: nothing was sent to it yet'
  const since = `${failures} visits failed since ${minute(failingSince)}`
  return state === 'dead'
    ? `dead: ${since}; any request from it that is signed well wakes it`
    : `failing: ${since}`
}

function softwareOf({ software, softwareVersion }: HostView): string {
  return software === null ? 'unknown' : `${software} ${softwareVersion ?? ''}`.trim()
}

function day(date: Date | null): string {
  return date === null ? 'never' : date.toISOString().slice(0, 10)
}

function minute(date: Date | null): string {
  return date === null ? 'never' : date.toISOString().slice(0, 16).replace('T', ' ')
}

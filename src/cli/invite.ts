import type { Command } from 'commander'
import { environment, readConfig } from '../config.ts'
import { type Invite, isOpen, listInvites } from '../domain/invites/find.ts'
import { createInvite, revokeInvite } from '../domain/invites/invite.ts'
import { secondsFrom } from './block.ts'
import { type CommonOptions, finish, print, UsageError } from './command.ts'
import { withHouse } from './house.ts'

interface CreateOptions extends CommonOptions {
  readonly uses?: string
  readonly expires?: string
}

/** `weft invite …` */
export function inviteCommands(program: Command): void {
  const invite = program.command('invite').description('invitations: links by which people make accounts')
  finish(
    invite
      .command('create')
      .description('prints an invitation link, once; nobody can find out what it was')
      .option('--uses <number>', 'how many may come in by it; any number, when left out')
      .option('--expires <time>', 'how long it holds: 12h, 7d; until it is revoked, when left out'),
    create,
  )
  finish(invite.command('list').description('lists invitations, without their links'), list)
  finish(
    invite
      .command('revoke')
      .description('takes one back; who came in by it stays')
      .argument('<id>', 'as weft invite list shows it'),
    revoke,
  )
}

async function create(options: CreateOptions): Promise<void> {
  const mostUses = options.uses === undefined ? undefined : numberFrom(options.uses)
  const seconds = options.expires === undefined ? undefined : secondsFrom(options.expires)
  if (readConfig(environment()).registration === 'closed')
    throw new UsageError('WEFT_REGISTRATION is closed: nobody comes in, not even by an invitation.')
  await withHouse(async ({ world }) => {
    const expiresAt =
      seconds === undefined ? undefined : new Date(world.clock.now().getTime() + seconds * 1000)
    const { id, code } = await createInvite(world, { by: null, mostUses, expiresAt })
    const link = `${world.uris.origin}/invite/${code}`
    print(options, { id, link, uses: mostUses ?? null, expiresAt: expiresAt ?? null }, link)
  })
}

const PAGE = 100

async function list(options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    for (let before: number | undefined; ; ) {
      const page = await listInvites(world.db, { limit: PAGE, before })
      for (const invite of page) {
        const open = isOpen(invite, world.clock.now())
        print(options, { ...invite, open }, lineOf(invite, open))
      }
      if (page.length < PAGE) return
      before = page.at(-1)?.id
    }
  })
}

function lineOf({ id, by, uses, mostUses, expiresAt, revokedAt }: Invite, open: boolean): string {
  const used = `used ${uses}${mostUses === null ? '' : ` of ${mostUses}`}`
  const until = expiresAt === null ? 'for good' : `until ${expiresAt.toISOString().slice(0, 16)}`
  const state = revokedAt !== null ? 'revoked' : open ? until : 'over'
  return `${id}\t${by ?? 'by command'}\t${used}\t${state}`
}

async function revoke(id: string, options: CommonOptions): Promise<void> {
  const number = numberFrom(id)
  await withHouse(async ({ world }) => {
    await revokeInvite(world, number)
    print(options, { id: number }, `The invitation ${number} lets nobody in any more.`)
  })
}

function numberFrom(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text.trim())) throw new UsageError(`${text} is no number.`)
  return Number(text)
}

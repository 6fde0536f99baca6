import type { Command } from 'commander'
import { type AnnouncementId, readId } from '../base/ids.ts'
import { refuse } from '../base/refusal.ts'
import { announce, withdrawAnnouncement } from '../domain/announcements/announce.ts'
import { findAnnouncements } from '../domain/announcements/find.ts'
import { type CommonOptions, finish, print, UsageError } from './command.ts'
import { withHouse } from './house.ts'

interface Options extends CommonOptions {
  readonly from?: string
  readonly until?: string
  readonly allDay?: boolean
}

/** `weft announcement create|list|remove`: what everybody here is told. */
export function announcementCommands(program: Command): void {
  const announcement = program.command('announcement').description('what everybody here is told')
  finish(
    announcement
      .command('create')
      .description('tells everybody here something, those who are there at once')
      .argument('<text>')
      .option('--from <time>', 'when what it is about begins, as 2026-12-24T18:00:00Z')
      .option('--until <time>', 'when it ends; from then on nobody is told any more')
      .option('--all-day', 'it is about whole days'),
    create,
  )
  finish(announcement.command('list').description('lists what is told, and what was'), list)
  finish(announcement.command('remove').description('takes it back').argument('<id>'), remove)
}

async function create(text: string, options: Options): Promise<void> {
  const [startsAt, endsAt] = [timeFrom(options.from), timeFrom(options.until)]
  await withHouse(async ({ world }) => {
    const id = await announce(world, { text, startsAt, endsAt, allDay: options.allDay })
    print(options, { id, text }, `${id} is told.`)
  })
}

function timeFrom(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new UsageError('A time looks like 2026-12-24T18:00:00Z.')
  return time
}

async function list(options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    for (const one of await findAnnouncements(world.db)) {
      const until = one.endsAt === null ? [] : [`until ${one.endsAt.toISOString()}`]
      print(options, one, [one.id, one.publishedAt.toISOString(), one.text, ...until].join('\t'))
    }
  })
}

async function remove(id: string, options: CommonOptions): Promise<void> {
  await withHouse(async ({ world }) => {
    await withdrawAnnouncement(world, readId<AnnouncementId>(id) ?? refuse('not-found'))
    print(options, { id }, `${id} is not told any more.`)
  })
}

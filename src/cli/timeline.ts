import { type Command, InvalidArgumentError } from 'commander'
import { handleForPeople } from '../base/handles.ts'
import { noteVisit } from '../domain/accounts/visit.ts'
import { plainTextFrom } from '../text/plain.ts'
import { listNotifications } from '../views/notifications.ts'
import { listHome } from '../views/timelines.ts'
import type { PostView } from '../views/view.ts'
import { type CommonOptions, finish, print } from './command.ts'
import { heldSummary, heldText } from './held.ts'
import { requirePerson, withHouse } from './house.ts'

interface ListOptions extends CommonOptions {
  readonly limit: number
}

/** `weft timeline`, `weft notifications` */
export function timelineCommands(program: Command): void {
  const list = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .argument('<name>')
      .option('--limit <n>', 'how many, 80 at most', limitFrom, 20)
  finish(list('timeline', 'prints somebody’s home timeline, newest first'), timeline)
  finish(list('notifications', 'prints what somebody was told, newest first'), notifications)
}

async function timeline(name: string, options: ListOptions): Promise<void> {
  await withHouse(async (house) => {
    const owner = await requirePerson(house, name)
    await noteVisit(house.world, owner.id)
    const page = await listHome(house.world.db, owner.id, { limit: options.limit })
    for (const post of page.items) print(options, summaryOf(post), textOf(post, house.world.uris.handleHost))
  })
}

async function notifications(name: string, options: ListOptions): Promise<void> {
  await withHouse(async (house) => {
    const { db, uris } = house.world
    const owner = await requirePerson(house, name)
    const page = await listNotifications(db, owner.id, { limit: options.limit })
    for (const { id, kind, emoji, from, postUrl, createdAt } of page.items) {
      const handle = `@${handleForPeople(from, uris.handleHost)}`
      const post = postUrl ? ` ${postUrl}` : ''
      print(
        options,
        { id, kind, ...(emoji.length > 0 && { emoji }), from: from.uri, post: postUrl, createdAt },
        `${createdAt.toISOString()} ${[kind, ...emoji].join(' ')} from ${handle}${post}`,
      )
    }
  })
}

function summaryOf(post: PostView): Record<string, unknown> {
  return {
    id: post.id,
    uri: post.uri,
    url: post.url,
    author: post.author.uri,
    visibility: post.visibility,
    summary: post.summary,
    content: post.contentHtml,
    inReplyTo: post.inReplyTo?.uri ?? null,
    quote: post.quote && { uri: post.quote.uri, state: post.quote.state },
    publishedAt: post.publishedAt,
    editedAt: post.editedAt,
    ...heldSummary(post),
    ...(post.boostOf && { boostOf: summaryOf(post.boostOf) }),
  }
}

function textOf(post: PostView, hereHost: string): string {
  const who = `@${handleForPeople(post.author, hereHost)}`
  if (post.boostOf) return `${who} boosted:\n${textOf(post.boostOf, hereHost)}`
  const when = post.publishedAt.toISOString().slice(0, 16).replace('T', ' ')
  const edited = post.editedAt ? ', edited' : ''
  const warning = post.summary ? `[${post.summary}] ` : ''
  return `${who}  ${when} (${post.visibility}${edited})\n${warning}${plainTextFrom(post.contentHtml)}\n${heldText(post)}${post.url}\n`
}

function limitFrom(text: string): number {
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1 || limit > 80)
    throw new InvalidArgumentError('It must be 1 to 80.')
  return limit
}

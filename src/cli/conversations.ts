import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { handleForPeople, handleFrom } from '../base/handles.ts'
import { Refusal, refuse } from '../base/refusal.ts'
import { Transient } from '../base/transient.ts'
import { findCrawlOfAccount, findCrawlOfConversation } from '../domain/crawls/find.ts'
import { type Wanted, wantProfile, wantThread } from '../domain/crawls/want.ts'
import type { House } from '../house.ts'
import { runErrands } from '../jobs/errand-runner.ts'
import { createCrawler } from '../remote/crawl/crawler.ts'
import { plainTextFrom } from '../text/plain.ts'
import { viewAccount } from '../views/accounts.ts'
import { shownAccountCounts, shownCounts } from '../views/counts.ts'
import { listOutbox } from '../views/posts.ts'
import { viewThread } from '../views/threads.ts'
import type { PostView } from '../views/view.ts'
import { type CommonOptions, finish, print } from './command.ts'
import { requirePerson, withHouse } from './house.ts'

interface ThreadOptions extends CommonOptions {
  readonly fetch?: boolean
  readonly as?: string
}

interface BackfillOptions extends CommonOptions {
  readonly older?: boolean
}

const MOST_REPLIES = 1000
/** Whoever waits at a terminal gives up after so long; what is still to be asked for is asked for by the server. */
const PATIENCE_MS = 30_000
const LOOK_EVERY_MS = 100

/** `weft thread`, `weft backfill` */
export function conversationCommands(program: Command): void {
  finish(
    program
      .command('thread')
      .description('prints a post with what it answers and what answers it')
      .argument('<url>', 'the post, from here or elsewhere')
      .option('--fetch', 'asks other servers for what is missing first')
      .option('--as <name>', 'as somebody here sees it; else as everybody does'),
    thread,
  )
  finish(
    program
      .command('backfill')
      .description('asks for the latest posts and the numbers of somebody elsewhere')
      .argument('<handle>', '@somebody@their.host')
      .option('--older', 'what comes before the posts that are known'),
    backfill,
  )
}

type Process = Parameters<Parameters<typeof withHouse>[0]>[1]

async function thread(url: string, options: ThreadOptions): Promise<void> {
  await withHouse(async (house, process) => {
    const { db, uris } = house.world
    const reader = options.as === undefined ? undefined : await requirePerson(house, options.as)
    const viewer = reader && { accountId: reader.id }
    const post = (await house.findPost(url)) ?? (options.fetch ? await house.resolvePost(url) : undefined)
    if (!post) return refuse('post.not-found')
    if (options.fetch) {
      await until(
        house,
        process,
        await wantThread(house.world, post.id, viewer, { insist: true }),
        async () => {
          const known = await house.findPost(url)
          return (known && (await findCrawlOfConversation(db, known.conversationId)))?.endedAt ?? undefined
        },
      )
    }
    const found = await viewThread(db, post.id, viewer, MOST_REPLIES)
    if (!found) return refuse('post.not-found')
    const depths = new Map<string, number>()
    for (const each of [...found.ancestors, found.post, ...found.replies]) {
      const parent = each.inReplyTo?.id
      const depth = parent ? (depths.get(parent) ?? -1) + 1 : 0
      depths.set(each.id, depth)
      print(options, summaryOf(each, depth), textOf(each, depth, uris.handleHost))
    }
    if (found.moreAtOrigin > 0 && !options.json) {
      print(options, null, `${found.moreAtOrigin} more at ${found.post.author.host}: ${found.post.url}`)
    }
  })
}

async function backfill(text: string, options: BackfillOptions): Promise<void> {
  await withHouse(async (house, process) => {
    const { world } = house
    const handle = handleFrom(text) ?? refuse('handle.invalid')
    const found = await world.directory.find(handle).catch((error: unknown) => {
      if (error instanceof Refusal || error instanceof Transient) return undefined
      throw error
    })
    if (!found) return refuse('account.unreachable', { handle: text })
    const wanted = await wantProfile(world, found.id, { insist: true, older: options.older ?? false })
    await until(house, process, wanted, async () => (await findCrawlOfAccount(world.db, found.id))?.endedAt)
    const account = await viewAccount(world.db, found.id)
    if (!account) return refuse('account.not-found')
    const counts = shownAccountCounts(account)
    const known = (await listOutbox(world.db, account.id, { limit: 1000 })).items.length
    const numbers = {
      posts: counts.posts.count,
      followers: counts.followers.count,
      following: counts.following.count,
    }
    print(
      options,
      { id: account.id, uri: account.uri, known, ...numbers, state: wanted },
      `${known} of ${numbers.posts} posts are known, ${numbers.followers} followers, ${numbers.following} following.`,
    )
  })
}

/** Asks beside the server, or in its stead, until the round is over or nobody has the patience any more. */
async function until(
  { world, fetcher }: House,
  { slot, log }: Process,
  wanted: Wanted,
  endedAt: () => Promise<Date | null | undefined>,
): Promise<void> {
  if (wanted !== 'begun' && wanted !== 'under-way') return
  await using _running = await runErrands({
    db: world.db,
    slot,
    log,
    handler: createCrawler({ world, fetcher, log }),
  })
  const deadline = performance.now() + PATIENCE_MS
  while (performance.now() < deadline && !(await endedAt())) await sleep(LOOK_EVERY_MS)
}

function summaryOf(post: PostView, depth: number) {
  const { replies, likes, boosts } = shownCounts(post)
  return {
    id: post.id,
    uri: post.uri,
    url: post.url,
    author: post.author.uri,
    depth,
    inReplyTo: post.inReplyTo?.uri ?? null,
    content: post.contentHtml,
    publishedAt: post.publishedAt,
    replies: replies.count,
    likes: likes.count,
    boosts: boosts.count,
    countedByOrigin: replies.theirs || likes.theirs || boosts.theirs,
  }
}

function textOf(post: PostView, depth: number, hereHost: string): string {
  const indent = '  '.repeat(Math.min(depth, 20))
  const { replies, likes } = shownCounts(post)
  const warning = post.summary ? `[${post.summary}] ` : ''
  const words = `${warning}${plainTextFrom(post.contentHtml)}`.replaceAll('\n', `\n${indent}`)
  return `${indent}@${handleForPeople(post.author, hereHost)}  ${replies.count} replies, ${likes.count} likes\n${indent}${words}\n${indent}${post.url}`
}

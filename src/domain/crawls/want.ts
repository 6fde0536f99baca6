import type { AccountId, PostId } from '../../base/ids.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { NewErrand } from '../../jobs/errands.ts'
import type { ActorJob } from '../accounts/jobs.ts'
import type { Viewer } from '../posts/audience.ts'
import { findVisible, type KnownPost } from '../posts/find.ts'
import type { World } from '../world.ts'
import { askForPage, askForPost, firstPage } from './errand.ts'
import {
  type Crawl,
  findAccountAsked,
  findCrawlOfAccount,
  findCrawlOfConversation,
  findKnownAfar,
  findLists,
  findMissingParent,
  type KnownAfar,
} from './find.ts'
import { startRound } from './round.ts'
import { crawlLimits, mayAskAgain, mayVisitAgain, STALE_MS } from './rules.ts'

/**
 * - `begun`: other servers are being asked from now on
 * - `under-way`: they are being asked already
 * - `rested`: they were asked lately enough
 * - `nothing`: there is nobody to ask
 */
export type Wanted = 'begun' | 'under-way' | 'rested' | 'nothing'

export interface WantOptions {
  /** somebody insists: neither the age of posts nor the time since the last look counts */
  readonly insist?: boolean
}

/** Of one conversation so many posts are asked about again in a round. */
const MOST_KNOWN = 200

/**
 * Somebody reads a thread: what is missing of it is asked for in the background, up to its root first and then level by
 * level, all within budgets. To be called by whoever shows a thread to a person here; it costs some point reads, and
 * never waits for another server.
 */
export async function wantThread(
  world: World,
  postId: PostId,
  viewer: Viewer,
  { insist = false }: WantOptions = {},
): Promise<Wanted> {
  const post = await findVisible(world.db, postId, viewer)
  if (!post) return 'nothing'
  const now = world.clock.now()
  const latest = await findCrawlOfConversation(world.db, post.conversationId)
  if (latest && isUnderWay(latest, now)) return 'under-way'
  const [parentUri, known] = await Promise.all([
    findMissingParent(world.db, postId, crawlLimits.depth),
    findKnownAfar(world.db, post.conversationId, MOST_KNOWN),
  ])
  const first = firstErrands(world, post, parentUri, known, insist)
  if (first.length === 0) return parentUri === undefined && known.length === 0 ? 'nothing' : 'rested'
  const target = { postId: latest?.postId ?? postId }
  const isDue = (crawl: Crawl) =>
    !isUnderWay(crawl, now) && (insist || crawl.round === 0 || mayVisitAgain(crawl.beganAt, now))
  return (await startRound(world, target, first, isDue)) ? 'begun' : 'rested'
}

/** The way up, the post that is looked at, the root, then whatever else may have been answered since. */
function firstErrands(
  world: World,
  post: KnownPost,
  parentUri: string | undefined,
  known: readonly KnownAfar[],
  insist: boolean,
): NewErrand[] {
  const now = world.clock.now()
  const due = known.filter((each) => insist || mayAskAgain(each.publishedAt, each.askedAt, now))
  const depthOf = (each: KnownAfar) => (each.id === post.id || each.inReplyToId === null ? 0 : 1)
  return [
    ...(parentUri === undefined || world.uris.isOurs(parentUri)
      ? []
      : [askForPost(parentUri, { via: 'up', depth: 1, of: null })]),
    ...due.map((each) => askForPost(each.uri, { via: 'known', depth: depthOf(each), of: null })),
  ]
}

export interface ProfileOptions extends WantOptions {
  /** the reader has come to the end of what is here */
  readonly older?: boolean
  /** somebody here has just followed them, and gets at least what followers get */
  readonly followed?: boolean
}

/**
 * Somebody looks at a profile from elsewhere, or follows it: its latest posts, pinned ones and true numbers are asked
 * for, and with `older` what comes before. Someone who is neither to be discovered nor indexed is looked up for a new
 * follower only, and not beyond their latest posts.
 */
export async function wantProfile(
  world: World,
  accountId: AccountId,
  { insist = false, older = false, followed = false }: ProfileOptions = {},
): Promise<Wanted> {
  const lists = await findLists(world.db, accountId)
  if (!lists) return 'nothing'
  const now = world.clock.now()
  const [crawl, askedAt] = await Promise.all([
    findCrawlOfAccount(world.db, accountId),
    findAccountAsked(world.db, accountId),
  ])
  if (crawl && isUnderWay(crawl, now)) return 'under-way'
  const open = lists.discoverable || lists.indexable
  const detail = firstPage(lists.uri, 0)
  const first: NewErrand[] = []
  if (older && open && crawl?.nextUrl) first.push(askForPage('outbox', crawl.nextUrl, detail))
  if (insist || followed || mayVisitAgain(askedAt, now)) {
    if ((open || followed) && !older) {
      if (lists.outboxUrl) first.push(askForPage('outbox', lists.outboxUrl, detail))
    }
    first.push(...totals(lists))
  }
  if (first.length === 0) return askedAt === null && !lists.outboxUrl ? 'nothing' : 'rested'
  const begun = await startRound(world, { accountId }, first, (each) => !isUnderWay(each, now))
  if (!begun) return 'under-way'
  // What stands on top of a profile is read by whoever keeps pins.
  if ((open || followed) && !older && lists.featuredUrl) {
    await enqueue(world.db, [{ kind: 'actor', payload: { what: 'features', accountId } satisfies ActorJob }])
  }
  return 'begun'
}

/** Where an account's numbers stand; that of its posts stands in the outbox. */
function totals(lists: {
  uri: string
  followersUrl: string | null
  followingUrl: string | null
}): NewErrand[] {
  return [lists.followersUrl, lists.followingUrl].flatMap((url) =>
    url === null ? [] : [{ url, kind: 'total', rank: 5, detail: firstPage(lists.uri, 0) }],
  )
}

function isUnderWay(crawl: Crawl, now: Date): boolean {
  return crawl.endedAt === null && now.getTime() - crawl.beganAt.getTime() < STALE_MS
}

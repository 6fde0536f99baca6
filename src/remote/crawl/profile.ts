import { noteAccountOrigin } from '../../domain/accounts/origin.ts'
import type { PageDetail, PostDetail } from '../../domain/crawls/errand.ts'
import { findLists } from '../../domain/crawls/find.ts'
import { crawlLimits } from '../../domain/crawls/rules.ts'
import { welcomeNewFollowers } from '../../domain/timelines/welcome.ts'
import { pageIn, totalOf } from '../../translate/from-activity/origin.ts'
import { idOf, isObject, type Json, sameOrigin, typeOf } from '../../translate/json.ts'
import { takeBoosts } from './boosts.ts'
import { askForItems } from './keep.ts'
import { goOn, keepEmbedded } from './list.ts'
import { nothing, type Read, type Reading } from './reading.ts'

/** A page of what an account says and boosts, newest first. Whatever is not its own is passed over. */
export async function readOutbox(reading: Reading): Promise<Read> {
  const { errand, fetcher, world, crawl } = reading
  if (crawl.accountId === null) return nothing
  const detail = JSON.parse(errand.detail) as PageDetail
  const { document } = await fetcher.page(errand.url)
  const { items, url } = pageIn(document, errand.url)
  await noteAccountOrigin(world, crawl.accountId, { posts: totalOf(document) })
  const named: PostDetail = { via: 'profile', depth: 0, of: detail.of }
  const theirs = items.flatMap((item) => saidIn(item, detail.of))
  const { kept, rest } = await keepEmbedded(reading, theirs, named)
  // The collection itself holds nothing where its first page is at another address: it counts as no page.
  const isCover = items.length === 0 && detail.page === 0
  const pages = detail.page + (isCover ? 0 : 1)
  const isEnough = pages >= crawlLimits.outboxPages
  const onward = isEnough
    ? []
    : goOn('outbox', url, { ...detail, page: isCover ? -1 : detail.page }, items.length)
  if (onward.length === 0) await welcomeNewFollowers(world, crawl.accountId)
  return {
    next: [
      ...(await askForItems(reading, rest, named)),
      ...(await takeBoosts(reading, crawl.accountId, items)),
      ...onward,
    ],
    found: kept.reduce((sum, read) => sum + read.found, 0),
    belongs: true,
    ...(isEnough || url === null ? { nextUrl: url } : {}),
  }
}

/** The post in a Create of theirs, whole or by its id; of a bare object itself. */
function saidIn(item: Json, author: string): Json[] {
  if (!isObject(item)) return typeof item === 'string' && sameOrigin(item, author) ? [item] : []
  const type = typeOf(item)
  if (type === 'Create') {
    const object = isObject(item.object) ? item.object : idOf(item.object)
    const isTheirs = item.actor === undefined || idOf(item.actor) === author
    return object !== undefined && isTheirs ? [object] : []
  }
  return item.actor === undefined && item.object === undefined ? [item] : []
}

/** How many follow an account, and how many it follows. */
export async function readTotal({ errand, fetcher, world, crawl }: Reading): Promise<Read> {
  if (crawl.accountId === null) return nothing
  const lists = await findLists(world.db, crawl.accountId)
  const { document } = await fetcher.page(errand.url)
  const total = totalOf(document)
  await noteAccountOrigin(world, crawl.accountId, {
    ...(errand.url === lists?.followersUrl && { followers: total }),
    ...(errand.url === lists?.followingUrl && { following: total }),
  })
  return { ...nothing, belongs: true }
}

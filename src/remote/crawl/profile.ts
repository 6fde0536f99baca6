import type { AccountId } from '../../base/ids.ts'
import { noteAccountOrigin } from '../../domain/accounts/origin.ts'
import type { ListKind, PageDetail, PostDetail } from '../../domain/crawls/errand.ts'
import { findLists } from '../../domain/crawls/find.ts'
import { crawlLimits } from '../../domain/crawls/rules.ts'
import { welcomeNewFollowers } from '../../domain/timelines/welcome.ts'
import { pageIn, totalOf } from '../../translate/from-activity/origin.ts'
import { idOf, isObject, type Json, sameOrigin, typeOf } from '../../translate/json.ts'
import { askForItems } from './keep.ts'
import { goOn, keepEmbedded } from './list.ts'
import { nothing, type Read, type Reading } from './reading.ts'

/** A page of what an account says, newest first, or of what it has pinned. Whatever is not by itself is passed over. */
export async function readOutbox(reading: Reading): Promise<Read> {
  const { errand, fetcher, world, crawl } = reading
  if (crawl.accountId === null) return nothing
  const kind = errand.kind as ListKind
  const detail = JSON.parse(errand.detail) as PageDetail
  const { document } = await fetcher.page(errand.url)
  const { items, url } = pageIn(document, errand.url)
  if (kind === 'outbox') await noteAccountOrigin(world, crawl.accountId, { posts: totalOf(document) })
  const named: PostDetail = { via: 'profile', depth: 0, of: detail.of }
  const theirs = items.flatMap((item) => saidIn(item, detail.of))
  const { kept, rest } = await keepEmbedded(reading, theirs, named)
  // The collection itself holds nothing where its first page is at another address: it counts as no page.
  const isCover = items.length === 0 && detail.page === 0
  const pages = detail.page + (isCover ? 0 : 1)
  const isEnough = pages >= crawlLimits.outboxPages
  const onward = isEnough
    ? []
    : goOn(kind, url, { ...detail, page: isCover ? -1 : detail.page }, items.length)
  if (kind === 'outbox' && onward.length === 0) await greet(reading, crawl.accountId)
  return {
    next: [...(await askForItems(reading, rest, named)), ...onward],
    found: kept.reduce((sum, read) => sum + read.found, 0),
    belongs: true,
    ...(kind === 'outbox' && (isEnough || url === null) ? { nextUrl: url } : {}),
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

/** Whoever has just begun to follow them finds in their home what was not known when the follow was accepted. */
async function greet({ world }: Reading, accountId: AccountId): Promise<void> {
  await welcomeNewFollowers(world, accountId)
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

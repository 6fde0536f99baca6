import type { Account } from '../../domain/accounts/account.ts'
import { findAccountByUri } from '../../domain/accounts/find.ts'
import { askForPage, askForPost, firstPage, type PostDetail } from '../../domain/crawls/errand.ts'
import { findAsked } from '../../domain/crawls/find.ts'
import { crawlLimits, mayAskAgain } from '../../domain/crawls/rules.ts'
import { findPostByUri, findPostsByIds } from '../../domain/posts/find.ts'
import type { Incoming } from '../../domain/posts/post.ts'
import type { NewErrand } from '../../jobs/errands.ts'
import { incomingFrom } from '../../translate/from-activity/note.ts'
import { repliesOf } from '../../translate/from-activity/origin.ts'
import { idOf, idsOf, type Json, type JsonObject } from '../../translate/json.ts'
import { keepBoosts } from './boosts.ts'
import { nothing, type Read, type Reading } from './reading.ts'

/** An actor nobody knows yet costs its document and its handle. */
const REQUESTS_FOR_AN_ACTOR = 3

/**
 * Keeps a post that its own server gave, if it is what it was asked for as; says what to ask for next.
 * @throws Refusal for what is no post, Transient when its author cannot be had now
 */
export async function keepPost(reading: Reading, document: JsonObject, detail: PostDetail): Promise<Read> {
  const { world, crawl } = reading
  const incoming = incomingFrom(document, world.clock.now())
  if (!(await isWhatWasNamed(reading, document, incoming, detail))) return nothing
  const author = await authorOf(reading, incoming.authorUri)
  if (!author) return nothing
  const outcome = await reading.keep({ author, incoming })
  if (outcome !== 'stored' && outcome !== 'known') return nothing
  if (detail.boost && crawl.accountId !== null) {
    await keepBoosts(world, crawl.accountId, [{ ...detail.boost, postUri: incoming.uri }])
  }
  const next = crawl.postId === null ? [] : await around(reading, document, incoming, detail)
  return { next, found: outcome === 'stored' ? 1 : 0, belongs: true }
}

async function authorOf(reading: Reading, uri: string): Promise<Account | undefined> {
  const known = await findAccountByUri(reading.world.db, uri)
  if (known) return known
  reading.requests += REQUESTS_FOR_AN_ACTOR
  return reading.world.directory.findByUri(uri)
}

/** Whoever writes a list could name anything in it: only what says itself that it belongs there is kept. */
async function isWhatWasNamed(
  reading: Reading,
  document: JsonObject,
  incoming: Incoming,
  detail: PostDetail,
): Promise<boolean> {
  switch (detail.via) {
    case 'up':
    case 'known':
    case 'boosted':
      return incoming.uri === reading.errand.url
    case 'profile':
      return incoming.authorUri === detail.of
    case 'reply':
      return incoming.inReplyToUri === detail.of || answersOneOfThese(reading, incoming)
    case 'context':
      return idOf(document.context) === detail.of || answersOneOfThese(reading, incoming)
  }
}

async function answersOneOfThese({ world, crawl }: Reading, incoming: Incoming): Promise<boolean> {
  if (incoming.inReplyToUri === null || crawl.postId === null) return false
  const [parent, begun] = await Promise.all([
    findPostByUri(world.db, incoming.inReplyToUri),
    findPostsByIds(world.db, [crawl.postId]),
  ])
  return parent !== undefined && parent.conversationId === begun.get(crawl.postId)?.conversationId
}

/** What it answers, what answers it, and where its whole conversation is listed. */
async function around(
  reading: Reading,
  document: JsonObject,
  incoming: Incoming,
  detail: PostDetail,
): Promise<NewErrand[]> {
  const depth = detail.via === 'up' ? 1 : detail.depth + 1
  const above = await parentOf(reading, incoming, detail)
  if (depth > crawlLimits.depth) return above
  const { items, url } = repliesOf(document, incoming.uri)
  const below = await askForItems(reading, items, { via: 'reply', depth, of: incoming.uri })
  const page = {
    ...firstPage(incoming.uri, depth - 1),
    page: items.length > 0 ? 1 : 0,
    taken: items.length,
  }
  const isRoot = incoming.inReplyToUri === null && incoming.contextUri !== null
  return [
    ...above,
    ...below,
    ...(url === null ? [] : [askForPage('replies', url, page)]),
    ...(isRoot && incoming.contextUri !== null
      ? [askForPage('context', incoming.contextUri, firstPage(incoming.contextUri, 1))]
      : []),
  ]
}

async function parentOf(
  { world, crawl, errand, trust }: Reading,
  { inReplyToUri }: Incoming,
  detail: PostDetail,
): Promise<NewErrand[]> {
  const depth = detail.via === 'up' ? detail.depth + 1 : 1
  if (inReplyToUri === null || world.uris.isOurs(inReplyToUri) || depth > crawlLimits.depth) return []
  if (!trust.mayAsk(`${crawl.id}/${errand.round}`, new URL(inReplyToUri).host)) return []
  // Whose list it came from is here, of course.
  if (detail.via === 'reply' && detail.of === inReplyToUri) return []
  if (await findPostByUri(world.db, inReplyToUri)) return []
  return [askForPost(inReplyToUri, { via: 'up', depth, of: null })]
}

/**
 * Asks for what a list names, in its order, but for what is ours, what is known and was asked about lately, and hosts
 * that are not to be asked in this round any more.
 */
export async function askForItems(
  { world, crawl, errand, trust }: Reading,
  items: readonly Json[],
  detail: PostDetail,
): Promise<NewErrand[]> {
  if (crawl.found >= crawlLimits.posts) return []
  const now = world.clock.now()
  const uris = [...new Set(idsOf(items))].filter((uri) => !world.uris.isOurs(uri))
  const known = await findAsked(world.db, uris)
  return uris.slice(0, crawlLimits.repliesPerPost).flatMap((uri): NewErrand[] => {
    if (!trust.mayAsk(`${crawl.id}/${errand.round}`, new URL(uri).host)) return []
    const post = known.get(uri)
    if (!post) return [askForPost(uri, detail)]
    if (post.local || !mayAskAgain(post.publishedAt, post.askedAt, now)) return []
    return [askForPost(uri, { ...detail, via: 'known' })]
  })
}

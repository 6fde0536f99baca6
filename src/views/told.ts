import type { AccountId, PostId } from '../base/ids.ts'
import type { Kept } from '../db/changes.ts'
import type { Db } from '../db/connect.ts'
import type { Whole } from './bodies.ts'
import { loadAccounts } from './kept-accounts.ts'
import { loadBodies } from './kept-bodies.ts'
import { quoteFrom } from './quotes.ts'
import { look, placeOf, shelfOf } from './shelf.ts'
import { type Standing, standingOf } from './standing.ts'
import type { StatusView } from './status.ts'
import type { AccountView, Viewer } from './view.ts'

/** All that it takes to tell some posts to one reader. */
interface Parts {
  readonly standing: ReadonlyMap<PostId, Standing>
  readonly bodies: ReadonlyMap<PostId, Kept<Whole>>
  readonly authors: ReadonlyMap<AccountId, Kept<AccountView>>
}

/**
 * Posts as one reader may see them, with what they did to them; those that they may not see are left out. What is kept for
 * that reader and has not changed, as far as the caller has caught up, is not read: mostly there is nothing to ask.
 */
export async function loadTold(
  db: Db,
  ids: Iterable<PostId>,
  viewer: Viewer,
): Promise<ReadonlyMap<PostId, StatusView>> {
  const shelf = shelfOf(db)
  const { found, missing } = look(shelf?.told, shelf?.changes, ids, (id) => placeOf(id, viewer))
  if (missing.length > 0) {
    const since = shelf?.changes.now() ?? 0
    const parts = await loadParts(db, missing, viewer)
    for (const id of missing) {
      const made = toldFrom(id, parts, viewer, true)
      if (!made) continue
      const kept = { ...made, since: Math.min(since, made.since) }
      found.set(id, kept)
      shelf?.told.set(placeOf(id, viewer), kept)
    }
  }
  return new Map([...found].map(([id, { view }]) => [id, view]))
}

async function loadParts(db: Db, ids: readonly PostId[], viewer: Viewer): Promise<Parts> {
  const standing = await standingOf(db, ids, viewer)
  const authorIds = new Set([...standing.values()].map(({ authorId }) => authorId))
  const [bodies, authors] = await Promise.all([loadBodies(db, standing.keys()), loadAccounts(db, authorIds)])
  return { standing, bodies, authors }
}

/** Puts a post together as its reader may see it; undefined when they may not. */
function toldFrom(
  id: PostId,
  parts: Parts,
  viewer: Viewer,
  withQuote: boolean,
): Kept<StatusView> | undefined {
  const stand = parts.standing.get(id)
  const whole = parts.bodies.get(id)
  const author = stand && parts.authors.get(stand.authorId)
  if (!whole || !author) return undefined
  const { boostOfId, quotedId, chosen, mine } = stand
  // What is boosted is no boost itself, so this goes no deeper.
  const boost = boostOfId === null ? null : toldFrom(boostOfId, parts, viewer, withQuote)
  if (boost === undefined) return undefined
  // What a quoted post quotes in its turn stays a link.
  const quote = withQuote && quotedId !== null ? toldFrom(quotedId, parts, viewer, false) : undefined
  const { body, poll, quoteRow } = whole.view
  const { quotes: _, ...rest } = body
  const post = {
    ...rest,
    author: author.view,
    boostOf: boost?.view.post ?? null,
    poll: poll && { ...poll, ownVotes: chosen ?? [] },
    quote: quoteFrom(quoteRow, quote?.view.post ?? null),
    toAll: body,
  }
  const made = [whole, author, ...(boost ? [boost] : []), ...(quote ? [quote] : [])]
  return {
    view: {
      post,
      mine,
      boostOf: boost?.view ?? null,
      quoted: (post.quote?.post && quote?.view) ?? null,
      filtered: [],
    },
    keys: [...new Set([...made.flatMap(({ keys }) => keys), ...readerKeys(viewer)])],
    since: Math.min(...made.map(({ since }) => since)),
  }
}

const readerKeys = (viewer: Viewer) => (viewer ? [`v${viewer.accountId}`, `a${viewer.accountId}`] : [])

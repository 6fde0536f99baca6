import type { Request, Response } from 'express'
import type { PostId } from '../../base/ids.ts'
import type { World } from '../../domain/world.ts'
import type { Telling } from '../../translate/to-mastodon/status.ts'
import { statusesText } from '../../translate/to-mastodon/status-text.ts'
import { viewStatuses } from '../../views/statuses.ts'
import { bearerOf } from '../http/auth.ts'
import { viewerOf } from './auth.ts'
import { endsOf, linkPage, type PageQuery } from './paging.ts'

/** In which words the one who asks is told of posts. */
export function tellingFor({ uris, clock }: Pick<World, 'uris' | 'clock'>, req: Request): Telling {
  const account = bearerOf(req)?.account
  return { uris, now: clock.now(), reader: account && { id: account.id, uri: account.uri } }
}

/**
 * Sends a page of posts. Where it goes on is said by what was found, not by what is left of it: whatever its reader may
 * not see leaves a gap and ends nothing.
 * @param keys by which the list is ordered, where that is not by the posts themselves
 */
export async function sendStatuses(
  world: Pick<World, 'db' | 'uris' | 'clock'>,
  req: Request,
  res: Response,
  ids: readonly PostId[],
  page: Pick<PageQuery, 'limit'>,
  keys: readonly string[] = ids,
): Promise<void> {
  const views = await viewStatuses(world.db, ids, viewerOf(req))
  linkPage(req, res, endsOf(keys, page))
  sendJson(res, statusesText(views, tellingFor(world, req)))
}

/** Sends what is JSON already. */
export function sendJson(res: Response, text: string): void {
  const body = Buffer.from(text)
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.setHeader('Content-Length', body.length)
  res.end(body)
}

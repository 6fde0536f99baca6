import type { Request, Response } from 'express'
import { z } from 'zod'
import type { PageQuery } from '../../views/pages.ts'
import { idOf, integerish } from '../http/param-fields.ts'
import type { Given } from '../http/read-params.ts'

export type { PageQuery }

const pageFields = z.object({
  max_id: idOf<string>(),
  since_id: idOf<string>(),
  min_id: idOf<string>(),
  limit: integerish,
})

/** Which part of a list is asked for. Whoever asks for more than `most` gets `most`; 0 and less is the usual number. */
export function pageFrom(
  params: Given,
  { usual, most }: { readonly usual: number; readonly most: number },
): PageQuery {
  const { max_id: maxId, since_id: sinceId, min_id: minId, limit = usual } = params.read(pageFields)
  return {
    limit: limit < 1 ? usual : Math.min(limit, most),
    ...(maxId !== undefined && { maxId }),
    // `min_id` wins: both together mean nothing to anybody.
    ...(minId !== undefined ? { minId } : sinceId !== undefined && { sinceId }),
  }
}

/** Where a list goes on, in both directions. */
export interface Ends {
  /** the key of the last item, when there may be more after it */
  readonly next?: string | undefined
  /** the key of the first item */
  readonly prev?: string | undefined
}

/** The ends of a page by the keys of its items, newest first: there may be more after a full one. */
export function endsOf(keys: readonly string[], { limit }: Pick<PageQuery, 'limit'>): Ends {
  return { next: keys.length >= limit ? keys.at(-1) : undefined, prev: keys[0] }
}

/**
 * Sends a page of a list, with the addresses of its neighbours in `Link`: none where the page is empty.
 * @param prevBy lists of posts and notifications name what stands directly before; lists of accounts what is new
 */
export function sendPage(
  req: Request,
  res: Response,
  body: unknown,
  ends: Ends,
  prevBy: 'min_id' | 'since_id' = 'min_id',
): void {
  linkPage(req, res, ends, prevBy)
  res.json(body)
}

/** The addresses alone, for who sends the page themself. */
export function linkPage(
  req: Request,
  res: Response,
  ends: Ends,
  prevBy: 'min_id' | 'since_id' = 'min_id',
): void {
  const links: string[] = []
  if (ends.next !== undefined) links.push(linkTo(req, res, 'next', { max_id: ends.next }))
  if (ends.prev !== undefined) links.push(linkTo(req, res, 'prev', { [prevBy]: ends.prev }))
  if (links.length > 0) res.setHeader('Link', links.join(', '))
}

export interface OffsetQuery {
  readonly offset: number
  readonly limit: number
}

/** The same for lists that have no keys: trends, the directory. */
export function offsetFrom(
  params: Given,
  {
    usual,
    most,
    furthest = 10_000,
  }: { readonly usual: number; readonly most: number; readonly furthest?: number },
): OffsetQuery {
  const { offset = 0, limit = usual } = params.read(offsetFields)
  return {
    offset: Math.min(Math.max(0, offset), furthest),
    limit: limit < 1 ? usual : Math.min(limit, most),
  }
}

/** @param found of how many these are left, where some of them are not for whoever asks */
export function sendOffsetPage(
  req: Request,
  res: Response,
  items: readonly unknown[],
  { offset, limit }: OffsetQuery,
  found: number = items.length,
): void {
  const links: string[] = []
  if (found >= limit) links.push(linkTo(req, res, 'next', { offset: String(offset + limit) }))
  if (items.length > 0 && offset > 0)
    links.push(linkTo(req, res, 'prev', { offset: String(Math.max(0, offset - limit)) }))
  if (links.length > 0) res.setHeader('Link', links.join(', '))
  res.json(items)
}

const CURSORS = ['max_id', 'since_id', 'min_id', 'offset', 'access_token']

/** The same list from another place: all else that was asked stays asked. Commas are encoded, since some split at them. */
function linkTo(req: Request, res: Response, rel: string, cursor: Readonly<Record<string, string>>): string {
  const [path = '', query = ''] = req.originalUrl.split('?', 2)
  const asked = new URLSearchParams(query)
  for (const name of CURSORS) asked.delete(name)
  for (const [name, value] of Object.entries(cursor)) asked.set(name, value)
  return `<${originOf(res)}${path.replaceAll(',', '%2C')}?${asked}>; rel="${rel}"`
}

/** `mastodon.ts` says it for all routes. */
function originOf(res: Response): string {
  return String(res.locals.origin)
}

const offsetFields = z.object({ offset: integerish, limit: integerish })

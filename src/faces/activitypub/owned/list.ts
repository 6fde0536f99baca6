import type { Request, Response } from 'express'
import { readId } from '../../../base/ids.ts'
import { refuse } from '../../../base/refusal.ts'
import type { Json, JsonObject } from '../../../translate/json.ts'
import { collectionText, pageText } from '../../../translate/to-activity/collections.ts'
import { noteListContext } from '../../../translate/to-activity/context.ts'
import type { InboxFilter } from '../../../views/inbox-near.ts'
import type { Range } from '../../../views/ranges.ts'
import { ACTIVITY_TYPE, readyDocument, sendDocument } from '../../http/documents.ts'
import { isFitting, lookThrough } from '../lists/fit.ts'

/** An item with the key by which the list is in its order, newest first. */
export interface Item {
  readonly key: string
  /** as JSON text */
  readonly text: string
}

export interface Piece {
  readonly items: readonly Item[]
  /** whether more follow in the direction of the range */
  readonly more: boolean
  /** the last that was looked at, shown or not */
  readonly reached?: string | undefined
}

/** A list that nobody but its owner reads. */
export interface OwnedList {
  readonly uri: string
  readonly ownerUri: string
  /** what it is of whose (FEP-5711), and the like */
  readonly about: JsonObject
  count(): Promise<number>
  read(range: Range): Promise<Piece>
  /** narrowed by what its rows say; where it is left out, by what its items say */
  search?(range: Range, filter: InboxFilter): Promise<Piece>
  /** the key of the item of that id, if it is there */
  seek(uri: string): Promise<string | undefined>
}

export const PER_PAGE = 20

/** The list itself, with all that is in it when that is one page, and never with only a part of it. */
export async function collectionOf(list: OwnedList): Promise<string> {
  const counted = await list.count()
  const page = counted <= PER_PAGE ? await list.read({ limit: PER_PAGE }) : undefined
  const items = page && !page.more ? textsIn(page) : undefined
  return collectionText({
    id: list.uri,
    ordered: true,
    context: noteListContext,
    about: { attributedTo: list.ownerUri, ...list.about, to: [list.ownerUri], seekItem: `${list.uri}/seek` },
    totalItems: items?.length ?? counted,
    first: `${list.uri}?cursor=first`,
    last: `${list.uri}?cursor=last`,
    ...(items === undefined ? {} : { items }),
  })
}

const textsIn = ({ items }: Piece) => items.map(({ text }) => text)

/**
 * One page: `first`, `last`, or where one before it ended.
 * @param narrowed reads a narrowed list, whose address has these words in it as well
 * @throws Refusal 'cursor.invalid'
 */
export async function pageOf(
  list: OwnedList,
  cursor: string,
  narrowed?: { readonly words: string; readonly read: (range: Range) => Promise<Piece> },
): Promise<string> {
  const range = rangeFrom(cursor)
  const piece = await (narrowed?.read ?? list.read)(range)
  const at = (to: string) =>
    narrowed ? `${list.uri}/filtered?${narrowed.words}&cursor=${to}` : `${list.uri}?cursor=${to}`
  const { next, prev } = neighboursOf(range, piece)
  return pageText({
    id: at(cursor),
    partOf: list.uri,
    ordered: true,
    context: noteListContext,
    ...(next === undefined ? {} : { next: at(next) }),
    ...(prev === undefined ? {} : { prev: at(`n${prev}`) }),
    items: textsIn(piece),
  })
}

/** What fits, of the part of a list that one page looks through. Only towards the end of the list. */
export async function searchThrough(list: OwnedList, range: Range, filter: InboxFilter): Promise<Piece> {
  if (range.back !== undefined) refuse('cursor.invalid')
  const look = async (part: Range) => {
    const { items, more, reached } = await list.read(part)
    return { entries: items, next: more ? (reached ?? items.at(-1)?.key) : undefined }
  }
  const fits = (text: string) => isFitting(JSON.parse(text) as Json, filter)
  const { items, next } = await lookThrough(look, range.past, range.limit, fits)
  return { items, more: next !== undefined, ...(next === undefined ? {} : { reached: next }) }
}

/** Where it goes on towards the end and towards the beginning of the list, if it does. */
function neighboursOf({ past, back }: Range, { items, more, reached }: Piece) {
  const [newest, oldest] = [items[0]?.key, items.at(-1)?.key]
  if (back === undefined) {
    // On the page before stands what is newer than all that is here.
    const before = past === undefined ? undefined : (newest ?? keyBefore(past))
    return { next: more ? reached : undefined, prev: before }
  }
  const isLast = back === '0'
  return { next: isLast ? undefined : (oldest ?? keyAfter(back)), prev: more ? reached : undefined }
}

const keyBefore = (key: string) => String(BigInt(key) - 1n)
const keyAfter = (key: string) => String(BigInt(key) + 1n)

/** The page that begins with an item of that key. */
export const cursorAt = (key: string): string => keyAfter(key)

function rangeFrom(cursor: string): Range {
  if (cursor === 'first') return { limit: PER_PAGE }
  if (cursor === 'last') return { limit: PER_PAGE, back: '0' }
  const back = /^n(\d+)$/.exec(cursor)?.[1]
  const key = readId(back ?? cursor)
  if (key === undefined && back !== '0') refuse('cursor.invalid')
  return back === undefined ? { limit: PER_PAGE, past: key ?? '' } : { limit: PER_PAGE, back }
}

/** Sends what is for one reader alone: nobody else may keep it. */
export function sendOwn(req: Request, res: Response, text: string): void {
  const headers = {
    'content-type': ACTIVITY_TYPE,
    'cache-control': 'private, no-cache',
    vary: 'Accept, Authorization',
    'x-content-type-options': 'nosniff',
  }
  sendDocument(req, res, readyDocument(Buffer.from(text), headers))
}

import type { Request } from 'express'
import { readId } from '../../base/ids.ts'
import { refuse } from '../../base/refusal.ts'
import { queryValue } from '../http/params.ts'

/** The cursor of a list page, `?before=<id>`; refused with `cursor.invalid` when it can be none. */
export function readBefore<Id extends string>(req: Request): Id | undefined {
  const text = queryValue(req, 'before')
  if (text === undefined) return undefined
  return readId<Id>(text) ?? refuse('cursor.invalid')
}

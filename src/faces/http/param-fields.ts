import { z } from 'zod'
import { readId } from '../../base/ids.ts'

/**
 * What the fields of a request may be, whichever kind of body they came in: a form knows only texts, JSON may have each
 * value as what it is. What is not there, is null or (but for texts) is empty comes out as undefined.
 */

/** Of a field that is there more than once, the last one counts where one is asked for. */
const one = (value: unknown): unknown => (Array.isArray(value) ? value.at(-1) : value)
const absent = (value: unknown) => value === undefined || value === null || value === ''

const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False', 'off', 'OFF'])

/** As Rails reads it, and `False` as Python writes it; everything else that is there is true. */
export const booleanish = z.preprocess((value): unknown => {
  const given = one(value)
  if (absent(given)) return undefined
  return !(given === false || given === 0 || (typeof given === 'string' && FALSE.has(given)))
}, z.boolean().optional())

/** A text; '' stays, for that is how one is taken away. */
export const textish = z.preprocess((value): unknown => {
  const given = one(value)
  if (given === null) return undefined
  return typeof given === 'number' || typeof given === 'boolean' ? String(given) : given
}, z.string().optional())

/** A whole number; what is none is refused. */
export const integerish = z.preprocess((value): unknown => {
  const given = one(value)
  if (absent(given)) return undefined
  return typeof given === 'string' && /^[+-]?\d{1,15}$/.test(given.trim()) ? Number(given) : given
}, z.int().optional())

export const numberish = z.preprocess((value): unknown => {
  const given = one(value)
  if (absent(given)) return undefined
  return typeof given === 'string' && given.trim() !== '' ? Number(given) : given
}, z.number().optional())

/** A time as ISO 8601 writes it. */
export const dateish = z.preprocess((value): unknown => {
  const given = one(value)
  if (absent(given)) return undefined
  return typeof given === 'string' ? new Date(given) : given
}, z.date().optional())

/** An id as we give them out; what is none is `NO_ID`, by which nothing is found. */
export function idOf<Id extends string>() {
  return z.preprocess((value): unknown => {
    const given = one(value)
    if (absent(given)) return undefined
    return readId(String(given)) ?? NO_ID
  }, z.custom<Id>((value) => typeof value === 'string').optional())
}

/** An id that nothing has. */
export const NO_ID = '0'

/** One of these words; '' is none. */
export function wordOf<const Word extends string>(words: readonly Word[]) {
  return z.preprocess((value): unknown => {
    const given = one(value)
    return absent(given) ? undefined : given
  }, z.enum(words).optional())
}

/** A list of whatever: one value alone is a list of one, a table by places is the list of its values. */
export function listOf<Item extends z.ZodType>(item: Item, most = 100) {
  return z.preprocess((value): unknown => listed(value), z.array(item).max(most).optional())
}

/** The ids of a list, those that are none left out. */
export function idsOf<Id extends string>(most = 100) {
  return z.preprocess(
    (value): unknown => listed(value)?.flatMap((each) => readId(String(each)) ?? []),
    z
      .array(z.custom<Id>((value) => typeof value === 'string'))
      .max(most)
      .optional(),
  )
}

function listed(value: unknown): unknown[] | undefined {
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value)) return value.filter((each) => each !== null && each !== '')
  if (value === '') return []
  return typeof value === 'object' ? Object.values(value) : [value]
}

import { z } from 'zod'

/** What values of the API look like, wherever they stand. */

export const id = z.string().regex(/^[1-9][0-9]{0,18}$/)
/** exactly three digits of a second, and Z */
export const date = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
export const day = z.string().regex(/^\d{4}-\d\d-\d\d$/)
export const midnight = z.string().regex(/^\d{4}-\d\d-\d\dT00:00:00\.000Z$/)
export const url = z.string().regex(/^https?:\/\/[^\s/]+/)
export const count = z.int().min(0)
export const language = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/)
export const visibility = z.enum(['public', 'unlisted', 'private', 'direct'])
/** An object with these fields and no others. */
export const entity = z.strictObject

import sjson from 'secure-json-parse'
import { z } from 'zod'
import type { Asked } from './channels.ts'

const word = z.union([z.string(), z.number().transform(String)]).nullish()
const wish = z.object({
  type: z.enum(['subscribe', 'unsubscribe']),
  stream: z.string(),
  tag: word,
  list: word,
})

export interface Wish extends Asked {
  readonly type: 'subscribe' | 'unsubscribe'
}

/** What an app says over its socket; undefined where it makes no sense. */
export function wishFrom(text: string): Wish | undefined {
  const read = wish.safeParse(sjson.safeParse(text))
  if (!read.success) return undefined
  const { type, stream, tag, list } = read.data
  return { type, stream, tag: tag ?? undefined, list: list ?? undefined }
}

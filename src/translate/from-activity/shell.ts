import { cleanText } from '../../text/clean.ts'
import type { JsonObject } from '../json.ts'
import { textOf } from '../json.ts'
import { focusOf } from './attachments.ts'

/** What an app says of a file that it uploads. */
export interface Shell {
  readonly description: string | undefined
  readonly focus: { readonly x: number; readonly y: number } | null
  /** everything that we have no words of our own for, and what is not ours to say */
  readonly more: JsonObject
}

/** What is known from the file itself, or is the server's to say. */
const OURS = new Set(
  'id type @context attributedTo actor published updated name nameMap mediaType url href width height blurhash focalPoint duration preview icon image attachment bto bcc likes shares replies size'.split(
    ' ',
  ),
)

/** Reads what stands around a file; its `name` is what is shown to those who cannot see it. */
export function shellFrom(object: JsonObject): Shell {
  const description = textOf(object.name) ?? textOf(object.summary)
  const { x, y } = focusOf(object.focalPoint) ?? {}
  return {
    description: description === undefined ? undefined : cleanText(description).trim(),
    focus: x === undefined || y === undefined ? null : { x, y },
    more: Object.fromEntries(
      Object.entries(object).filter(([name]) => !OURS.has(name) && !name.startsWith('_')),
    ),
  }
}

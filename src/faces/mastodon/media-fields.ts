import { z } from 'zod'
import type { Focus } from '../../domain/media/adjust.ts'
import { textish } from '../http/param-fields.ts'

export const mediaFields = z.object({ description: textish, focus: textish })

/** `x,y`, each from -1 to 1; undefined for what is none. */
export function focusFrom(text: string | undefined): Focus | undefined {
  const [x, y, ...more] = (text ?? '')
    .split(',')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  if (x === undefined || y === undefined || more.length > 0) return undefined
  return Math.abs(x) <= 1 && Math.abs(y) <= 1 ? { x, y } : undefined
}

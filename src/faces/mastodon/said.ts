import { Refusal, refuse } from '../../base/refusal.ts'

/** Of files that are named in a post this API says otherwise that they are not there than of a file itself. */
export function sayUnusable(error: unknown): never {
  if (error instanceof Refusal && error.code === 'media.not-found') refuse('media.unusable')
  throw error
}

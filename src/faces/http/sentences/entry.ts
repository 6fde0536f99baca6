import type { Refusal } from '../../../base/refusal.ts'

export type Details = Refusal['details']

/** One expected "no", as it is answered. */
export interface Entry {
  readonly status: number
  /** for people: what is wrong and, where there is something, what to do about it */
  readonly sentence: string | ((details: Details) => string)
}

/** Of what is not there and of what is not for this reader, word for word the same. */
export const missing = 'There is nothing here, or it is not for everyone.'

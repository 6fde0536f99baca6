import type { Refusal } from '../../../base/refusal.ts'

export type Details = Refusal['details']

/** One expected "no", as it is answered. */
export interface Entry {
  readonly status: number
  /** for people: what is wrong and, where there is something, what to do about it */
  readonly sentence: string | ((details: Details) => string)
}

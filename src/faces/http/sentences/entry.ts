import type { Refusal } from '../../../base/refusal.ts'

export type Details = Refusal['details']

/** One expected "no", as it is answered. */
export interface Entry {
  readonly status: number
  /** for people: what is wrong and, where there is something, what to do about it */
  readonly sentence: string | ((details: Details) => string)
  /** what kind of problem it is to machines, by its address: `problemType` knows those of FEP-c180 */
  readonly type?: string
  /** those details that stand in the problem document, too */
  readonly tells?: readonly string[]
  /** what WWW-Authenticate says of it: `missing`, or an error of RFC 6750 or 9449; of every 401 it says something */
  readonly challenge?:
    | 'missing'
    | 'invalid_token'
    | 'insufficient_scope'
    | 'invalid_dpop_proof'
    | 'use_dpop_nonce'
}

/** Of what is not there and of what is not for this reader, word for word the same. */
export const missing = 'There is nothing here, or it is not for everyone.'

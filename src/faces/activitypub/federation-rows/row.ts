/** One thing that Weft reads from or says to the network, and the test that proves it. */
export interface FederationRow {
  /** what it is, in a few words; the name of an activity, property or header as it stands on the wire */
  readonly feature: string
  /** number of the FEP that describes it: '044f' */
  readonly fep?: string
  /** the specification, where it is no FEP; an address */
  readonly spec?: string
  /** what is read, and what follows; false when nothing is */
  readonly in: string | false
  /** what is said; false when nothing is */
  readonly out: string | false
  /** how it is decided, and what was done for which peers */
  readonly how?: string
  /** the proofs: a file below the root and a part of the title of one of its tests */
  readonly tests: readonly ProofName[]
}

/** `test/flows/boosts.test.ts › reach the followers of the booster` */
export type ProofName = `test/${string}.test.ts › ${string}`

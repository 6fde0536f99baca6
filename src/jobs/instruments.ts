import type { SendOutcome } from './outcomes.ts'

/** What the workers tell whoever measures; `faces/http/metrics.ts` may fill it. */
export interface Instruments {
  /** a job that stands in no lane was run */
  readonly job?: (kind: string, result: WorkResult, seconds: number) => void
  /** items that came from other servers were settled */
  readonly items?: (result: WorkResult, count: number) => void
  readonly delivery?: (result: SendOutcome['result'], seconds: number) => void
  /** a delivery was set aside: refused too often, or its days were over when it failed once more */
  readonly deliveryGivenUp?: () => void
  /** a lease was not ours any more when we came back with it */
  readonly leasesLost?: (count: number) => void
  /** what a dead worker held was freed */
  readonly leasesFreed?: (count: number) => void
}

/** How a piece of work ended. */
export type WorkResult = 'done' | 'retried' | 'dead'

import type { Instruments, Reading } from '../../base/instruments.ts'
import type { Db } from '../../db/connect.ts'
import { type Depth, readDepth } from '../../jobs/depth.ts'
import type { Instruments as QueueInstruments } from '../../jobs/instruments.ts'

/** What the workers measure, among the numbers of this process. */
export function queueInstruments(instruments: Instruments): QueueInstruments {
  return {
    job(kind, result, seconds) {
      instruments.countJob(kind, result, seconds)
      if (result === 'dead') instruments.countDropped('job')
    },
    items(result, count) {
      instruments.countIntake(`items ${result}`, count)
      if (result === 'dead') instruments.countDropped('item', count)
    },
    deliveryGivenUp: () => instruments.countDropped('delivery'),
    delivery(result, seconds) {
      instruments.countDeliveries(result)
      instruments.timeDelivery(seconds)
    },
    leasesLost: (count) => instruments.countLeaseExpiries(count),
    leasesFreed: (count) => instruments.countLeaseExpiries(count),
  }
}

/** Shows how much waits and how other servers do, as the database has it; one query for all of it at each look. */
export function observeQueue(instruments: Instruments, db: Db): void {
  let look: { at: number; depth: Promise<Depth> } | undefined
  function depth(): Promise<Depth> {
    if (look === undefined || Date.now() - look.at > 1_000) look = { at: Date.now(), depth: readDepth(db) }
    return look.depth
  }
  const queues = ['jobs', 'items', 'deliveries'] as const
  instruments.observe('queue.depth', async () => {
    const waiting = await depth()
    return queues.map((queue) => ({ value: waiting[queue].count, labels: { queue } }))
  })
  instruments.observe('queue.oldest', async () => {
    const waiting = await depth()
    return queues.map((queue) => ({ value: waiting[queue].oldestSeconds, labels: { queue } }))
  })
  instruments.observe('queue.dead', async () => {
    const { deadJobs, deadDeliveries } = await depth()
    return [
      { value: deadJobs, labels: { queue: 'jobs' } },
      { value: deadDeliveries, labels: { queue: 'deliveries' } },
    ]
  })
  instruments.observe('hosts', async (): Promise<Reading[]> => {
    const { hosts } = await depth()
    return Object.entries(hosts).map(([state, value]) => ({ value, labels: { state } }))
  })
}

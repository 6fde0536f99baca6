import type { Log } from '../base/log.ts'
import type { Db } from '../db/connect.ts'
import { type ClaimedDelivery, claimDeliveries, hostLanes } from './deliveries.ts'
import { type DeliveryNote, settleDeliveries } from './delivery-settle.ts'
import type { Instruments } from './instruments.ts'
import { createLoop } from './loop.ts'
import type { Sender, SendOutcome } from './outcomes.ts'
import { createPlaces, type PlaceLimits, placeLimits } from './places.ts'
import { createSettler } from './settle.ts'
import { TimeLimitError, withTimeLimit } from './time-limit.ts'
import { createVisit, type Visit } from './visits.ts'
import { createClaiming, type Work } from './work.ts'

const SETTLE_EVERY_MS = 10
/** Hosts claimed at once; more than this, and everything else of the queue waits for it. */
const MOST_GOOD = 64
const MOST_OTHER = 32
/** As long as hosts that answer are waiting, one that may not is tried beside so many of them: it costs as much work. */
const GOOD_PER_OTHER = 16
/** Claiming for fewer free places than this costs more than it brings, as long as others are at work. */
const WORTH_CLAIMING = 16
const SEND_LIMIT_MS = 60_000
/**
 * Deliveries at work and those whose end is not written down yet: what is sent again when this process dies. Whoever
 * writes slowly must send slowly. Places bound what hangs.
 */
const AT_RISK = 512

export interface DeliveryOptions {
  readonly db: Db
  readonly slot: number
  readonly send: Sender
  readonly log: Log
  readonly instruments: Instruments
  readonly limits?: PlaceLimits
}

/** Hands our activities to the network: visits hosts that are due, and sends what stands in their lanes. */
export function createDeliveryWork({ db, slot, send, log, instruments, limits }: DeliveryOptions): Work {
  const visits = new Set<Visit>()
  /** visits that wait until more is written */
  const paused = new Set<Visit>()
  const unwritten = new Set<string>()
  let claimsPaused = false
  /** the last look left hosts behind, as far as can be known: nobody tells of them again */
  let moreWait = true
  /** the last claim left hosts that answer behind, as far as can be known */
  let goodWait = false
  let stopping = false
  let givesUp = false
  const loop = createLoop('deliveries', log, claimMore)
  const places = createPlaces(limits ?? placeLimits, loop.wake)
  const settler = createSettler<DeliveryNote>({
    everyMs: SETTLE_EVERY_MS,
    async write(notes) {
      const due = await settleDeliveries(db, notes)
      for (const note of notes) if ('id' in note) unwritten.delete(note.id)
      goOn()
      if (due) loop.wake()
    },
    log,
    givesUp: () => givesUp,
  })
  const claiming = createClaiming(settler, () =>
    hostLanes.free(
      db,
      slot,
      [...visits].map((visit) => visit.claimed.lane),
    ),
  )

  return {
    loop,
    get idle() {
      return visits.size === 0 && settler.idle
    },
    async extendLeases() {
      const held = [...visits]
      if (held.length === 0) return
      const kept = await hostLanes.extend(
        db,
        held.map((visit) => visit.claimed),
      )
      const lost = held.filter((visit) => !kept.has(visit.claimed.lane) && visits.has(visit))
      for (const visit of lost) visit.stop()
      if (lost.length > 0) instruments.leasesLost?.(lost.length)
    },
    async finish(deadline) {
      stopping = true
      for (const visit of visits) visit.stop()
      goOn()
      while (visits.size > 0 && performance.now() < deadline) await new Promise((go) => setTimeout(go, 5))
      // Whoever takes these lanes next may repeat what is still under way; it is never lost.
      for (const visit of visits) endVisit(visit)
      givesUp = true
      await settler.written()
    },
  }

  async function claimMore(): Promise<boolean> {
    const free = places.free()
    claimsPaused = isRiskFull()
    moreWait = true
    if (stopping || claimsPaused || free.good + free.other === 0) return false
    const good = Math.min(free.good, MOST_GOOD)
    const other = Math.min(free.other, goodWait ? Math.ceil(good / GOOD_PER_OTHER) : MOST_OTHER)
    const hosts = await claiming(() => claimDeliveries(db, slot, { good, other }))
    const goodHosts = hosts.filter((host) => host.standing === 'good').length
    goodWait = goodHosts === good
    moreWait = goodWait || hosts.length - goodHosts >= other
    for (const host of hosts) {
      const visit = createVisit(host)
      visits.add(visit)
      for (const { id, inboxState } of host.deliveries) {
        if (inboxState === 'gone') settler.add({ note: 'drop', hostId: host.lane, id })
      }
      sendMore(visit)
    }
    return hosts.length > 0 && moreWait
  }

  /** Sends what may go now; a visit with nothing under way takes a place whether there is room or not. */
  function sendMore(visit: Visit): void {
    while (!stopping && (visit.inFlight === 0 || places.room)) {
      if (isRiskFull()) {
        paused.add(visit)
        return
      }
      const delivery = visit.next()
      if (!delivery) break
      void sendOne(visit, delivery)
    }
    if (visit.inFlight === 0) endVisit(visit)
    if (moreWait && (visits.size === 0 || places.free().good >= WORTH_CLAIMING)) loop.wake()
  }

  function isRiskFull(): boolean {
    return unwritten.size + places.atWork >= AT_RISK
  }

  function goOn(): void {
    const waited = [...paused]
    paused.clear()
    for (const visit of waited) if (visits.has(visit)) sendMore(visit)
    if (claimsPaused) loop.wake()
  }

  async function sendOne(visit: Visit, delivery: ClaimedDelivery): Promise<void> {
    const place = places.enter(visit.good)
    const began = performance.now()
    const outcome = await sendSafely(visit, delivery)
    place.leave()
    instruments.delivery?.(outcome.result, (performance.now() - began) / 1000)
    for (const note of visit.finish(delivery, outcome)) {
      if ('id' in note) unwritten.add(note.id)
      if (note.note === 'dead') instruments.deliveryGivenUp?.()
      settler.add(note)
    }
    sendMore(visit)
  }

  async function sendSafely({ claimed, knock }: Visit, delivery: ClaimedDelivery): Promise<SendOutcome> {
    const { activityId, inboxUrl } = delivery
    try {
      return await withTimeLimit(SEND_LIMIT_MS, () =>
        send({ activityId, inboxUrl, host: claimed.host, knock }),
      )
    } catch (error) {
      if (error instanceof TimeLimitError) return { result: 'host-failed', reason: 'no answer in a minute' }
      // Not the inbox: it may be that of somebody of whom nobody is to know.
      log.error('Sending {activityId} to {host} threw: {error}', { activityId, host: claimed.host, error })
      return { result: 'inbox-failed', status: 0, reason: 'could not be sent; see the log' }
    }
  }

  function endVisit(visit: Visit): void {
    if (visits.delete(visit)) settler.add(visit.end())
  }
}

import type { ActivityId } from '../base/ids.ts'
import type { Knock, Standing } from '../db/tables/queue.ts'
import type { ClaimedDelivery, ClaimedHost } from './deliveries.ts'
import type { DeliveryNote } from './delivery-settle.ts'
import type { SendOutcome } from './outcomes.ts'
import { waitSeconds } from './retry.ts'
import { verdictOn } from './verdicts.ts'

/** How many deliveries may be under way to one host. */
export const PER_HOST = 4

/** One host's lane, while it is ours. */
export interface Visit {
  readonly claimed: ClaimedHost
  readonly knock: Knock
  /** it answered last time, or has just done so */
  readonly good: boolean
  readonly inFlight: number
  /** The next delivery to send, now under way; undefined when there is none, or none may go yet. */
  next(): ClaimedDelivery | undefined
  /** Takes in what became of a delivery, and says what is to be written. */
  finish(delivery: ClaimedDelivery, outcome: SendOutcome): DeliveryNote[]
  /** Nothing more is sent in this visit. */
  stop(): void
  /** What is to be written at the end of the visit. */
  end(): DeliveryNote
}

/**
 * Plans one visit. A host that is not known to answer gets one delivery first, the probe; when it takes it, up to four
 * at once. What concerns one subject goes out in order: a later delivery waits for an earlier one that is under way,
 * and until another visit for one that must be retried. The first failure of the host ends the visit.
 */
export function createVisit(claimed: ClaimedHost): Visit {
  const pending = claimed.deliveries.filter((delivery) => delivery.inboxState !== 'gone')
  /** subjects of which something is under way, or must be sent again first: with the activity that it is */
  const busy = new Map<string, { activityId: ActivityId; count: number }>()
  const blocked = new Map<string, ActivityId>()
  let inFlight = 0
  let knock = claimed.knock
  let learned: Knock | null = null
  let delivered = false
  let answered = false
  let failure: { reason: string; retryAfterSeconds?: number | undefined } | undefined
  let stopped = false

  const good = () => delivered || claimed.standing === 'good'
  const visit: Visit = {
    claimed,
    get knock() {
      return knock
    },
    get good() {
      return good()
    },
    get inFlight() {
      return inFlight
    },
    next() {
      if (stopped || failure || inFlight >= (good() ? PER_HOST : 1)) return undefined
      const delivery = choose()
      if (delivery) {
        pending.splice(pending.indexOf(delivery), 1)
        begin(delivery)
      }
      return delivery
    },
    finish(delivery, outcome) {
      inFlight--
      const sameSubject = busy.get(delivery.subject)
      if (sameSubject && --sameSubject.count === 0) busy.delete(delivery.subject)
      learnFrom(outcome)
      return notesOn(delivery, outcome)
    },
    stop() {
      stopped = true
    },
    end() {
      const failures = failure ? (answered ? 1 : claimed.failures + 1) : 0
      const { lane, lease, wakes } = claimed
      return {
        note: 'visit-over',
        held: { lane, lease, wakes },
        standing: standing(),
        waitSeconds: failure && waitSeconds({ failures, retryAfterSeconds: failure.retryAfterSeconds }),
        news: isNews()
          ? { hostId: lane, delivered, answered, failure: failure?.reason ?? null, failures, knock: learned }
          : undefined,
      }
    },
  }
  return visit

  /** The first that may go. A probe takes turns among subjects, lest one inbox that hangs speak for its whole host. */
  function choose(): ClaimedDelivery | undefined {
    if (claimed.standing !== 'failing' || answered) return pending.find((one) => isFree(one))
    const firsts = new Map<string, ClaimedDelivery>()
    for (const one of pending) if (isFree(one) && !firsts.has(one.subject)) firsts.set(one.subject, one)
    return [...firsts.values()][claimed.failures % Math.max(firsts.size, 1)]
  }

  /** One activity may go to several inboxes of a host in any order; it is the next one about its subject that waits. */
  function isFree({ subject, activityId }: ClaimedDelivery): boolean {
    const first = blocked.get(subject) ?? busy.get(subject)?.activityId ?? activityId
    return first === activityId
  }

  function begin({ subject, activityId }: ClaimedDelivery): void {
    inFlight++
    const sameSubject = busy.get(subject)
    if (sameSubject) sameSubject.count++
    else busy.set(subject, { activityId, count: 1 })
  }

  function learnFrom(outcome: SendOutcome): void {
    if (outcome.result === 'withdrawn') return
    if (outcome.result === 'not-sent') {
      stopped = true
      return
    }
    if (outcome.result === 'host-failed') {
      failure ??= outcome
      return
    }
    answered = true
    if (outcome.result !== 'delivered') return
    delivered = true
    if (outcome.knock !== knock) {
      knock = outcome.knock
      learned = outcome.knock
    } else if (claimed.stale) learned = outcome.knock
  }

  function notesOn(delivery: ClaimedDelivery, outcome: SendOutcome): DeliveryNote[] {
    const row = { hostId: claimed.lane, id: delivery.id }
    const { inboxId } = delivery
    const longMissing = delivery.inboxState === 'long missing'
    const verdict = verdictOn(outcome, { ...delivery, longMissing })
    const notes: DeliveryNote[] = []
    if (verdict.delivery === 'drop') notes.push({ note: 'drop', ...row })
    if (verdict.delivery === 'dead') {
      notes.push({ note: 'dead', ...row, attempts: delivery.attempts + 1, reason: verdict.reason })
    }
    if (verdict.delivery === 'retry') {
      blocked.set(delivery.subject, delivery.activityId)
      notes.push({ note: 'retry', ...row, attempts: delivery.attempts + 1, seconds: verdict.seconds })
    }
    if (outcome.result === 'gone' || (outcome.result === 'missing' && longMissing)) {
      notes.push({ note: 'inbox', inboxId, state: 'gone' })
    } else if (outcome.result === 'missing') notes.push({ note: 'inbox', inboxId, state: 'missing' })
    else if (outcome.result === 'delivered' && delivery.inboxState !== null) {
      notes.push({ note: 'inbox', inboxId, state: 'found' })
    }
    return notes
  }

  /** An answer that took nothing does not prove that the host works again: it goes on with one at a time. */
  function standing(): Standing | undefined {
    if (failure) return 'failing'
    if (delivered) return 'good'
    return answered && claimed.standing === 'failing' ? 'new' : undefined
  }

  function isNews(): boolean {
    if (failure || learned) return true
    return answered && claimed.stale
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../base/log.ts'
import type { Db } from '../db/connect.ts'
import {
  type ClaimedErrand,
  type ClaimedRound,
  claimErrands,
  countErrand,
  errandLanes,
  giveHostBack,
  putOffErrand,
} from './errands.ts'
import type { Instruments } from './instruments.ts'
import { createLoop } from './loop.ts'
import type { ErrandHandler, ErrandOutcome } from './outcomes.ts'
import { createPlaces, type PlaceLimits } from './places.ts'
import { TimeLimitError, withTimeLimit } from './time-limit.ts'
import { PER_HOST } from './visits.ts'
import { createClaiming, type Work } from './work.ts'

export interface ErrandOptions {
  readonly db: Db
  readonly slot: number
  readonly handler: ErrandHandler
  readonly log: Log
  readonly instruments: Instruments
}

/** Who keeps us waiting costs a socket and nothing else. */
const PLACES: PlaceLimits = { atOnce: 24, unproven: 24, inAll: 256, slowAfterMs: 300 }
const HOSTS_AT_ONCE = 96
const ERRAND_LIMIT_MS = 60_000
const AFTER_FAILURE_SECONDS = 60

interface Turn {
  readonly claimed: ClaimedRound
  lost: boolean
}

/**
 * Asks other servers: claims hosts that are due and does what is to be asked of each, up to four at once; one at a time
 * where the host failed last time, and where a worker died. No two workers ask one host.
 */
export function createErrandWork({ db, slot, handler, log, instruments }: ErrandOptions): Work {
  const turns = new Set<Turn>()
  let waiting: (() => void)[] = []
  let stopping = false
  const loop = createLoop('errands', log, claimMore)
  const places = createPlaces(PLACES, letIn)
  const claiming = createClaiming({ idle: true }, () =>
    errandLanes.free(
      db,
      slot,
      [...turns].map((turn) => turn.claimed.lane),
    ),
  )

  return {
    loop,
    get idle() {
      return turns.size === 0
    },
    async extendLeases() {
      const held = [...turns]
      if (held.length === 0) return
      const kept = await errandLanes.extend(
        db,
        held.map((turn) => turn.claimed),
      )
      const lost = held.filter((turn) => !kept.has(turn.claimed.lane))
      for (const turn of lost) turn.lost = true
      if (lost.length > 0) instruments.leasesLost?.(lost.length)
    },
    async finish(deadline) {
      stopping = true
      letIn()
      while (turns.size > 0 && performance.now() < deadline) await sleep(5)
    },
  }

  async function claimMore(): Promise<boolean> {
    const free = HOSTS_AT_ONCE - turns.size
    if (stopping || free <= 0 || !places.room) return false
    const claimed = await claiming(() => claimErrands(db, slot, Math.min(free, 32)))
    for (const round of claimed) void take({ claimed: round, lost: false })
    return claimed.length > 0
  }

  async function take(turn: Turn): Promise<void> {
    turns.add(turn)
    const { claimed } = turn
    const made = { requests: 0, failures: claimed.failures, waitSeconds: undefined as number | undefined }
    const left = [...claimed.errands]
    const suspect = claimed.tries > 1
    const width = suspect || claimed.failures > 0 ? 1 : PER_HOST
    const work = async () => {
      while (!stopping && !turn.lost && made.waitSeconds === undefined && made.requests < claimed.left) {
        const errand = left.shift()
        if (!errand) return
        const outcome = await ask(turn, errand, suspect)
        made.requests += outcome.requests
        if (outcome.result === 'host-failed') {
          made.failures += made.waitSeconds === undefined ? 1 : 0
          made.waitSeconds = Math.max(outcome.seconds, made.waitSeconds ?? 0)
        } else if (outcome.result === 'done') made.failures = 0
      }
    }
    await Promise.all(Array.from({ length: width }, work))
    try {
      if (!turn.lost) await giveHostBack(db, claimed, made)
    } catch (error) {
      // The lease ends by itself.
      log.warn('{host} cannot be given back yet: {error}', { host: claimed.host, error })
    }
    turns.delete(turn)
    loop.wake()
  }

  async function ask(turn: Turn, errand: ClaimedErrand, suspect: boolean): Promise<ErrandOutcome> {
    while (!places.room && !stopping) await new Promise<void>((go) => waiting.push(go))
    const place = places.enter(turn.claimed.failures === 0)
    try {
      if (suspect) await countErrand(db, errand)
      const { host, failures } = turn.claimed
      const outcome = await withTimeLimit(ERRAND_LIMIT_MS, (signal) =>
        handler({ ...errand, host, hostFailures: failures }, signal),
      )
      if (outcome.result !== 'done') await putOffErrand(db, errand, outcome.seconds)
      return outcome
    } catch (error) {
      log.warn('Asking for {url} failed: {error}', { url: errand.url, error })
      await putOffErrand(db, errand, AFTER_FAILURE_SECONDS).catch(() => undefined)
      // Whatever else went wrong is our own trouble, and not the host's.
      const result = error instanceof TimeLimitError ? 'host-failed' : 'later'
      return { result, requests: 1, seconds: AFTER_FAILURE_SECONDS }
    } finally {
      place.leave()
      letIn()
    }
  }

  function letIn(): void {
    const all = waiting
    waiting = []
    for (const go of all) go()
    loop.wake()
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { Db } from '../../db/connect.ts'
import { addShares, type Share } from './store.ts'

/** How much may be done within a window of so many seconds. */
export interface Allowance {
  /** no other allowance has it */
  readonly name: string
  readonly points: number
  readonly seconds: number
  /** its windows begin when the clock says so, not when somebody comes */
  readonly byClock?: boolean
}

/** What is left of a window, less than nothing when it was too much, and when it begins anew. */
export interface Left {
  readonly left: number
  readonly until: number
}

/**
 * Counts for all processes together, and asks the database seldom. What was counted here is told to the others once a
 * second, for all keys in one statement; whoever has used a tenth of their allowance within that second waits until it
 * was told. So each process beyond the first gives away at most a tenth of an allowance too much in each window: of
 * small ones, one. What is less than a hundredth of an allowance is not told at all, so that a flood of ever new keys
 * writes few rows. While the database does not answer, each process counts for itself.
 */
export interface Tally {
  /** At once, but where the others must be heard first. */
  count(allowance: Allowance, key: string, points?: number): Left | Promise<Left>
}

interface Counter {
  readonly key: string
  readonly allowance: Allowance
  until: number
  /** by all, as far as is known here */
  told: number
  /** of that what is on its way to the others */
  onTheWay: number
  /** by this process, and known to nobody else */
  own: number
}

/** A flood of ever new keys pushes out the oldest counters rather than filling the memory. */
const MOST_KEYS = 50_000
const EVERY_MS = 1000
const AT_ONCE = 2000
const PATIENCE_MS = 1000

const made = new WeakMap<Db, Tally>()

/** The counting of this process: the same for all who ask for that of one database. */
export function tallyOf(db: Db): Tally {
  const known = made.get(db)
  if (known) return known
  const fresh = createTally(db)
  made.set(db, fresh)
  return fresh
}

export function createTally(db: Db): Tally {
  const counters = new LRUCache<string, Counter>({ max: MOST_KEYS })
  const news = new Set<Counter>()
  let timer: NodeJS.Timeout | undefined
  let telling: Promise<void> | undefined

  function counterOf(allowance: Allowance, whose: string): Counter {
    const key = `${allowance.name} ${whose}`
    const now = Date.now()
    const known = counters.get(key)
    if (known && known.until > now) return known
    if (known) news.delete(known)
    const fresh = { key, allowance, until: endOf(allowance, now), told: 0, onTheWay: 0, own: 0 }
    counters.set(key, fresh)
    return fresh
  }

  /** Tells the others all that was counted until now. */
  async function tell(): Promise<void> {
    await telling
    telling ??= tellNow().finally(() => {
      telling = undefined
    })
    await telling
  }

  async function tellNow(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const now = Date.now()
    const due = [...news].filter(({ until }) => until > now)
    news.clear()
    for (const counter of due) {
      counter.onTheWay = counter.own
      counter.own = 0
    }
    for (let at = 0; at < due.length; at += AT_ONCE) await tellSome(due.slice(at, at + AT_ONCE), now)
  }

  async function tellSome(some: readonly Counter[], now: number): Promise<void> {
    const shares = some.map(({ key, onTheWay, until }): Share => ({ key, points: onTheWay, until }))
    const totals = await addShares(db, shares, now).catch(() => [])
    const byKey = new Map(totals.map((total) => [total.key, total]))
    for (const counter of some) {
      const total = byKey.get(counter.key)
      counter.told = total?.points ?? counter.told + counter.onTheWay
      counter.until = total?.until ?? counter.until
      counter.onTheWay = 0
    }
  }

  return {
    count(allowance, whose, points = 1) {
      const counter = counterOf(allowance, whose)
      // Whoever has had enough costs nothing more.
      if (leftOf(counter).left < 0) return leftOf(counter)
      counter.own += points
      if (counter.own < part(allowance, 100)) return leftOf(counter)
      news.add(counter)
      const unheard = counter.own + counter.onTheWay
      if (unheard > part(allowance, 10) && leftOf(counter).left >= 0)
        return Promise.race([tell(), sleep(PATIENCE_MS, undefined, { ref: false })]).then(() =>
          leftOf(counter),
        )
      timer ??= setTimeout(() => void tell(), EVERY_MS).unref()
      return leftOf(counter)
    },
  }
}

const leftOf = ({ allowance, told, onTheWay, own, until }: Counter): Left => ({
  left: allowance.points - told - onTheWay - own,
  until,
})

const part = ({ points }: Allowance, of: number) => Math.ceil(points / of)

function endOf({ seconds, byClock }: Allowance, now: number): number {
  const length = seconds * 1000
  return byClock ? (Math.floor(now / length) + 1) * length : now + length
}

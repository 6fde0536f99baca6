import { createRequire } from 'node:module'
import { LRUCache } from 'lru-cache'
import { Refusal } from '../base/refusal.ts'
import { robotsTextFor } from '../text/robots-text.ts'
import type { Visitor } from './visitor.ts'

interface Rules {
  /** undefined when it says nothing about it */
  isAllowed(url: string, name: string): boolean | undefined
}

// Its types are those of a module with a default export, which it is not.
const robotsParser = createRequire(import.meta.url)('robots-parser') as (url: string, text: string) => Rules

/** Says whether a page may be asked for, by the word of its own server (RFC 9309). */
export type Robots = (url: URL, endsAt: number) => Promise<boolean>

const ORIGINS = 2000
const HELD_MS = 6 * 3_600_000
/** of all files together, in characters; read, they take about ten times as much */
const HELD = 4_194_304
/** As much as RFC 9309 asks readers to take; what comes after is not read. */
const LONGEST = 512_000

/**
 * Asks each server for its `robots.txt` once in six hours. Without one everything is allowed; while it cannot be had
 * nothing is.
 * @param name of this software, as it stands in such files
 */
export function createRobots(visitor: Visitor, name: string): Robots {
  const known = new LRUCache<string, Rules>({ max: ORIGINS, maxSize: HELD, ttl: HELD_MS })
  return async (url, endsAt) => {
    let rules = known.get(url.origin)
    if (!rules) {
      const address = `${url.origin}/robots.txt`
      const text = robotsTextFor(await textAt(visitor, new URL(address), endsAt), name.toLowerCase())
      rules = robotsParser(address, text)
      known.set(url.origin, rules, { size: text.length + 1 })
    }
    return rules.isAllowed(url.href, name) !== false
  }
}

async function textAt(visitor: Visitor, url: URL, endsAt: number): Promise<string> {
  try {
    const visit = { accept: 'text/plain, */*;q=0.1', signed: false, endsAt, cutAt: LONGEST }
    return (await visitor.visit(url, visit)).body.toString()
  } catch (error) {
    if (error instanceof Refusal) return ''
    throw error
  }
}

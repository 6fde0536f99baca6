import type { AccountId } from '../../../base/ids.ts'

interface Line {
  free: number
  readonly waiting: (() => void)[]
}

/** So many requests of one account are carried out at once; the database has no more connections for everybody. */
const AT_ONCE = 6
const lines = new Map<string, Line>()

/** Does something that one account posts, as soon as not too much of the same account is under way already. */
export function amongTheirs<T>(accountId: AccountId, work: () => Promise<T>): Promise<T> {
  return inLine(`all ${accountId}`, AT_ONCE, work)
}

/**
 * The same for what is done one after the other. Whoever waits for a turn in the database holds a connection meanwhile, so
 * whoever posts a hundred at once would leave none to everybody else.
 */
export function afterTheirs<T>(accountId: AccountId, work: () => Promise<T>): Promise<T> {
  return inLine(`turn ${accountId}`, 1, work)
}

async function inLine<T>(name: string, most: number, work: () => Promise<T>): Promise<T> {
  const line = lines.get(name) ?? { free: most, waiting: [] }
  lines.set(name, line)
  if (line.free > 0) line.free -= 1
  else await new Promise<void>((turn) => line.waiting.push(turn))
  try {
    return await work()
  } finally {
    // A turn is handed on rather than given back, so that nobody who comes later is earlier.
    const next = line.waiting.shift()
    if (next) next()
    else line.free += 1
    if (line.free === most) lines.delete(name)
  }
}

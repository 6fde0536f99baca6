import type { Log } from '../../../base/log.ts'
import { noteVisit } from '../../../domain/accounts/visit.ts'
import type { World } from '../../../domain/world.ts'
import type { OpenStreams } from '../../http/open-streams.ts'

const EVERY_MS = 6 * 60 * 60 * 1000

/** Whoever listens for days is there, though they ask for nothing: what is written for those who are here goes on. */
export function notePresence(world: World, open: OpenStreams, log: Log): Disposable {
  const note = async () => {
    for (const accountId of [...open.accountIds]) await noteVisit(world, accountId)
  }
  const timer = setInterval(() => {
    note().catch((error: unknown) => log.warn('Who listens could not be noted: {error}', { error }))
  }, EVERY_MS).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

import type { Dispatcher } from 'undici'
import type { DispatcherOptions, GuardedDispatcher } from './dispatcher.ts'

/** The one way to other servers, guarded as `dispatcher.ts` says. */
export type WayOut = Pick<GuardedDispatcher, 'ask' | 'placeOf'>

/** The answer to a request, its body unread. */
export type Response = Dispatcher.ResponseData

/**
 * The way out of a process. What it is made of is a good part of all that a server loads, so it is loaded when
 * somebody first goes out. Until then the built-in `fetch` waits for it too, and so goes nowhere unguarded.
 */
export function createWayOut(options: DispatcherOptions): WayOut & { close(): Promise<void> } {
  let made: Promise<GuardedDispatcher> | undefined
  const get = () => {
    made ??= import('./dispatcher.ts').then(({ createDispatcher }) => createDispatcher(options))
    return made
  }
  const builtIn = globalThis.fetch
  const waiting: typeof fetch = async (...args) => {
    await get()
    return builtIn(...args)
  }
  if (options.global !== false) globalThis.fetch = waiting
  return {
    ask: async (...args) => (await get()).ask(...args),
    placeOf: async (...args) => (await get()).placeOf(...args),
    async close() {
      if (globalThis.fetch === waiting) globalThis.fetch = builtIn
      await (await made)?.close()
    },
  }
}

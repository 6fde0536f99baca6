import type { Duplex } from 'node:stream'
import type { ClientBase } from 'pg'

/** What `pg` keeps of its connection and does not type. */
interface Wired {
  readonly connection?: { readonly stream?: Duplex }
}

/**
 * Statements that are asked in one breath leave in one write: each write wakes PostgreSQL, which costs more than most of
 * the statements do.
 */
export function sendTogether(client: ClientBase): void {
  const query = client.query
  let held = false
  const sent = (...args: unknown[]): unknown => {
    const stream = (client as Wired).connection?.stream
    if (stream && !held) {
      held = true
      stream.cork()
      process.nextTick(() => {
        held = false
        stream.uncork()
      })
    }
    return Reflect.apply(query, client, args)
  }
  Object.assign(client, { query: sent })
}

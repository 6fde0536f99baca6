import pg from 'pg'
import type { Log } from '../base/log.ts'
import { openSession } from './session.ts'

export interface ListenOptions {
  /** Called after each reconnection: what was sent meanwhile is lost, so whoever caches looks again. */
  readonly onReconnect?: () => void
  readonly log?: Log
}

export type Listener = AsyncDisposable

/**
 * Hears NOTIFY on these channels, over a connection of its own that makes itself anew when it breaks. A notification
 * is a hint and may be missed; whoever waits for one also looks by himself now and then.
 */
export async function listen(
  url: string,
  channels: readonly string[],
  onMessage: (channel: string, payload: string) => void,
  options: ListenOptions = {},
): Promise<Listener> {
  const commands = channels.map((channel) => `LISTEN ${pg.escapeIdentifier(channel)}`).join('; ')
  let connections = 0
  return openSession({
    url,
    applicationName: 'weft listener',
    ...(options.log && { log: options.log }),
    async prepare(client) {
      client.on('notification', ({ channel, payload }) => onMessage(channel, payload ?? ''))
      await client.query(commands)
      if (connections++ > 0) options.onReconnect?.()
    },
  })
}

import type { Log } from '../../base/log.ts'
import type { Config } from '../../config.ts'
import type { Account } from '../../domain/accounts/account.ts'
import type { EventHub } from '../../domain/events/hub.ts'
import type { Bearers } from '../../domain/grants/bearers.ts'
import type { KnownPost } from '../../domain/posts/find.ts'
import type { World } from '../../domain/world.ts'
import type { SigningKey } from '../../federation/sign.ts'
import type { FilmTools } from '../../media/ffmpeg.ts'
import type { Storage } from '../../media/storage.ts'
import type { RemoteDirectory } from '../../remote/directory.ts'
import type { Fetcher } from '../../remote/fetch.ts'
import type { WayOut } from '../../remote/way-out.ts'

/** All that the client-to-server API needs; `app.ts` puts it together. */
export interface ClientParts {
  readonly world: World
  readonly config: Config
  readonly log: Log
  /** for connections of one's own: LISTEN */
  readonly databaseUrl: string
  /** who the access tokens of apps belong to */
  readonly bearers: Bearers
  readonly storage: Storage
  readonly films: () => Promise<FilmTools | undefined>
  readonly directory: RemoteDirectory
  /** asks other servers as this server */
  readonly fetcher: Fetcher
  /** every connection to other servers goes out through it */
  readonly dispatcher: WayOut
  /** hosts that we have no contact with */
  readonly blocks: (host: string) => boolean
  /** what an account of ours signs with; undefined when it has no key any more */
  readonly signingKey: (accountId: Account['id']) => Promise<SigningKey | undefined>
  /** a post by its id or the address of its page, asking its own server when it is not known yet */
  readonly resolvePost: (address: string) => Promise<KnownPost | undefined>
  /** what happens, for all who listen */
  readonly hub: EventHub
  /** aborted when the process is to stop: what would stay open by itself ends then */
  readonly draining: AbortSignal
  /** lets what is open be closed when the app is */
  readonly late: AsyncDisposableStack
}

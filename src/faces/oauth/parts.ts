import type { Log } from '../../base/log.ts'
import type { Config } from '../../config.ts'
import type { Bearers } from '../../domain/grants/bearers.ts'
import type { ClientReader } from '../../domain/grants/ensure-client.ts'
import type { World } from '../../domain/world.ts'

/** All that the authorization server needs; `app.ts` puts it together. */
export interface OAuthParts {
  readonly world: World
  readonly config: Config
  readonly log: Log
  readonly bearers: Bearers
  /** asks for what apps publish about themselves */
  readonly clients: ClientReader
}

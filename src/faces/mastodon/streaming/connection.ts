import type { Db } from '../../../db/connect.ts'
import type { Scopes } from '../../../domain/grants/scopes.ts'
import type { Reader } from '../../../views/many.ts'
import type { Holder } from '../../http/open-streams.ts'
import type { Board } from './board.ts'

/** Who connects, and where they are heard. */
export interface Connecting {
  readonly db: Db
  readonly board: Board
  readonly reader: Reader
  readonly scopes: Scopes
  readonly holder: Holder
}

/** What has been written and not been taken yet, beyond which a reader is too slow. */
export const MOST_UNREAD = 128 * 1024
/** As long as whoever is told to leave has for the last word. */
export const FAREWELL_MS = 3000

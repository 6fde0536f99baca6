import type { Federation } from '@fedify/fedify'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Uris } from '../../base/uris.ts'
import type { Db } from '../../db/connect.ts'
import type { OpeningKeyring } from '../../federation/keys.ts'
import type { KeyFinder } from '../../federation/verify.ts'
import type { Documents } from '../http/documents.ts'
import type { Reading } from '../http/reading.ts'

/** All that the readable surface needs; `app.ts` puts it together. */
export interface SurfaceParts {
  readonly db: Db
  readonly uris: Uris
  readonly clock: Clock
  /** made by `federation/create.ts`, nothing registered on it yet */
  readonly federation: Federation<Reading>
  readonly documents: Documents
  readonly keyring: OpeningKeyring
  /** where the keys of those who sign their requests come from */
  readonly keys: KeyFinder
  /** hosts that we have no contact with */
  readonly blocks: (host: string) => boolean
  /** nothing but what must be open is given without a signature */
  readonly authorizedFetch: boolean
  readonly software: Software
  /** whether readers are counted, and told when it is too much */
  readonly rateLimits?: boolean
  readonly log: Log
}

/** What NodeInfo says of this server. */
export interface Software {
  /** semantic version: clients compare it */
  readonly version: string
  readonly openRegistrations: boolean
}

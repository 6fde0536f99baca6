import type { ClientAuthMethod, ClientKind, JsonRecord } from '../../db/tables/grants.ts'

export type { ClientAuthMethod, ClientKind, JsonRecord }

/** An app that people here may let in, however it came to be known. */
export interface Client {
  /** opaque for one that registered; the address of its document or object for the others */
  readonly id: string
  readonly kind: ClientKind
  readonly name: string
  readonly website: string | null
  readonly logoUrl: string | null
  /** our own copy of the logo, among our media */
  readonly logoFile: string | null
  readonly summary: string
  readonly redirectUris: readonly string[]
  /** what it may ask for, as text; null: anything */
  readonly scopes: string | null
  readonly authMethod: ClientAuthMethod
  /** SHA-256 */
  readonly secretHash: Buffer | null
  readonly jwks: JsonRecord | null
  readonly jwksUri: string | null
  /** its tokens are always bound to a key (`dpop_bound_access_tokens`) */
  readonly dpopBound: boolean
  /** its metadata as it was registered or found */
  readonly metadata: JsonRecord
  readonly fetchedAt: Date | null
  readonly freshUntil: Date | null
  /** when it last named other redirect addresses or keys than before */
  readonly changedAt: Date | null
  readonly createdAt: Date
}

/** The client of tokens that are made on the command line. */
export const COMMAND_LINE = 'weft'

/** Where a code is shown to be copied by hand instead of being sent anywhere (the Mastodon API). */
export const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob'

/** Whether the rules of OAuth 2.1 hold for it in full; apps of the Mastodon API are older than they are. */
export function isStrict(client: Pick<Client, 'kind'>): boolean {
  return client.kind !== 'app'
}

import { idFromPublished } from '../../base/ids.ts'

/** What is known of an app. */
export interface AppView {
  readonly clientId: string
  readonly name: string
  readonly website: string | null
  readonly redirectUris: readonly string[]
  readonly scopes: readonly string[]
  readonly createdAt: Date
}

export interface MastodonApp {
  readonly id: string
  readonly name: string
  readonly website: string | null
  readonly scopes: readonly string[]
  readonly redirect_uris: readonly string[]
  /** all of them, one a line: what apps read before there was a list */
  readonly redirect_uri: string
  readonly vapid_key: string
}

/** An app as anybody who has its token may know it. Its id is a number to apps that read nothing else. */
export function appFrom(view: AppView, vapidKey: string): MastodonApp {
  return {
    id: idFromPublished(view.createdAt, view.clientId, view.createdAt),
    name: view.name,
    website: view.website,
    scopes: view.scopes,
    redirect_uris: view.redirectUris,
    redirect_uri: view.redirectUris.join('\n'),
    vapid_key: vapidKey,
  }
}

export interface MastodonCredentialApp extends MastodonApp {
  readonly client_id: string
  readonly client_secret: string
  /** never */
  readonly client_secret_expires_at: 0
}

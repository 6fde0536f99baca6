import type { Uris } from '../../base/uris.ts'
import type { Visibility } from '../../base/visibility.ts'
import type { Preferences } from '../../domain/preferences/find.ts'
import type { AccountView } from '../../views/view.ts'
import {
  accountFrom,
  fieldFrom,
  type MastodonAccount,
  type MastodonField,
  type MastodonRole,
  roleFrom,
} from './account.ts'
import { quotersWord } from './preferences.ts'
import { type MastodonVisibility, visibilityWord } from './words.ts'

export interface MastodonOwnAccount extends MastodonAccount {
  readonly source: {
    readonly privacy: MastodonVisibility
    readonly sensitive: boolean
    readonly language: string | null
    readonly note: string
    readonly fields: readonly MastodonField[]
    readonly follow_requests_count: number
    readonly hide_collections: boolean
    readonly discoverable: boolean
    readonly indexable: boolean
    readonly attribution_domains: readonly string[]
    readonly quote_policy: 'public' | 'followers' | 'nobody'
  }
  readonly role: MastodonRole
}

/** What of one's own account nobody else is told. */
export interface OwnSide {
  readonly preferences: Pick<Preferences, 'sensitive' | 'language' | 'quoters'> & {
    readonly visibility: Visibility
  }
  /** how many ask to follow */
  readonly requests: number
}

/** An account as its owner sees it: with what they wrote, beside what was made of it. */
export function ownAccountFrom(view: AccountView, own: OwnSide, uris: Uris): MastodonOwnAccount {
  const { preferences } = own
  const account = accountFrom(view, uris)
  return {
    ...account,
    source: {
      privacy: visibilityWord(preferences.visibility),
      sensitive: preferences.sensitive,
      language: preferences.language,
      note: view.bioSource ?? '',
      fields: view.fields.map((field) => fieldFrom({ ...field, value: field.source ?? field.value })),
      follow_requests_count: own.requests,
      hide_collections: account.hide_collections,
      discoverable: view.discoverable,
      indexable: view.indexable,
      attribution_domains: view.attributionDomains,
      quote_policy: quotersWord(preferences.quoters),
    },
    role: roleFrom(view.role ?? 'user'),
  }
}

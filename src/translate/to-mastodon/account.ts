import type { Uris } from '../../base/uris.ts'
import { shownAccountCounts } from '../../views/counts.ts'
import type { AccountMention, AccountView } from '../../views/view.ts'
import { emojiFrom, type MastodonEmoji } from './emoji.ts'
import { dateWord, dayWord, midnightWord } from './words.ts'

export interface MastodonField {
  readonly name: string
  readonly value: string
  readonly verified_at: string | null
}

export interface MastodonAccount {
  readonly id: string
  readonly username: string
  readonly acct: string
  readonly display_name: string
  readonly locked: boolean
  readonly bot: boolean
  readonly discoverable: boolean
  readonly indexable: boolean
  readonly group: boolean
  readonly created_at: string
  readonly note: string
  readonly url: string
  readonly uri: string
  readonly avatar: string
  readonly avatar_static: string
  readonly avatar_description: string
  readonly header: string
  readonly header_static: string
  readonly header_description: string
  readonly followers_count: number
  readonly following_count: number
  readonly statuses_count: number
  readonly last_status_at: string | null
  readonly hide_collections: boolean
  readonly noindex?: boolean
  readonly emojis: readonly MastodonEmoji[]
  readonly roles?: readonly { readonly id: string; readonly name: string; readonly color: string }[]
  readonly fields: readonly MastodonField[]
  readonly moved?: MastodonAccount
  readonly suspended?: true
  readonly limited?: true
  readonly memorial?: true
}

/** `name` for people here, `name@host` for all others. */
export function acctOf({ name, host }: Pick<AccountMention, 'name' | 'host'>): string {
  return host === null ? name : `${name}@${host}`
}

const told = new WeakMap<AccountView, MastodonAccount>()

/** The same for a page of posts: who wrote several of them is put into words once. */
export function authorFrom(view: AccountView, uris: Uris): MastodonAccount {
  const known = told.get(view)
  if (known) return known
  const account = accountFrom(view, uris)
  told.set(view, account)
  return account
}

/** An account as everybody sees it. Some of what may be missing is absent, the rest is null: apps tell the two apart. */
export function accountFrom(view: AccountView, uris: Uris): MastodonAccount {
  const { movedTo, suspended } = view
  const avatar = (!suspended && view.avatarUrl) || uris.missingAvatar
  const header = (!suspended && view.headerUrl) || uris.missingHeader
  const counts = shownAccountCounts(view)
  return {
    id: view.id,
    username: view.name,
    acct: acctOf(view),
    display_name: suspended ? '' : view.displayName,
    locked: view.manuallyApprovesFollowers,
    bot: view.kind === 'service' || view.kind === 'application',
    discoverable: view.discoverable,
    indexable: view.indexable,
    group: view.kind === 'group',
    created_at: midnightWord(view.createdAt),
    note: suspended ? '' : view.bioHtml,
    url: view.url,
    uri: view.uri,
    avatar,
    avatar_static: avatar,
    avatar_description: view.avatarAlt,
    header,
    header_static: header,
    header_description: view.headerAlt,
    followers_count: counts.followers.count,
    following_count: counts.following.count,
    statuses_count: counts.posts.count,
    last_status_at: view.lastPostAt === null ? null : dayWord(view.lastPostAt),
    hide_collections: false,
    ...(view.local && { noindex: !view.indexable }),
    emojis: suspended ? [] : view.emojis.map((emoji) => emojiFrom(emoji, uris)),
    ...(view.local && { roles: rolesOf(view) }),
    fields: suspended ? [] : view.fields.map(fieldFrom),
    ...(movedTo !== null && { moved: accountFrom(movedTo, uris) }),
    ...(suspended && { suspended }),
    ...(view.limited && { limited: true }),
    ...(view.memorial && { memorial: true }),
  }
}

export function fieldFrom({ name, value, verifiedAt }: AccountView['fields'][number]): MastodonField {
  return { name, value, verified_at: verifiedAt === undefined ? null : dateWord(new Date(verifiedAt)) }
}

/** The roles that are shown beside a name. */
function rolesOf({ role }: AccountView): NonNullable<MastodonAccount['roles']> {
  if (role === null || role === 'user') return []
  const { id, name, color } = roleFrom(role)
  return [{ id, name, color }]
}

export interface MastodonRole {
  readonly id: string
  readonly name: string
  readonly color: string
  /** a sum of bits, as text */
  readonly permissions: string
  readonly highlighted: boolean
}

/** Bits of Mastodon's `UserRole::FLAGS`: administrator, and what moderators do with reports, accounts and blocks. */
const ROLES = {
  user: { id: '-99', name: '', permissions: 0x10000 },
  moderator: { id: '1', name: 'Moderator', permissions: 0x10000 | 0x8 | 0x10 | 0x4 | 0x400 },
  admin: { id: '2', name: 'Admin', permissions: 0x1 },
  owner: { id: '3', name: 'Owner', permissions: 0x1 },
} as const

/** The role that an app names by its id. */
export function roleNamed(id: string): keyof typeof ROLES | undefined {
  return (Object.keys(ROLES) as (keyof typeof ROLES)[]).find((role) => ROLES[role].id === id)
}

export function roleFrom(role: NonNullable<AccountView['role']>): MastodonRole {
  const { id, name, permissions } = ROLES[role]
  return { id, name, color: '', permissions: String(permissions), highlighted: role !== 'user' }
}
